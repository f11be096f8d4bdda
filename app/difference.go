package app

import (
	"slices"
	"strings"
)

// Change is a place where two texts differ: these words in place of those.
// Either may be empty.
type Change struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Text is the change for people.
func (c Change) Text() string {
	switch {
	case c.Before == "":
		return "“" + c.After + "” put in"
	case c.After == "":
		return "“" + c.Before + "” left out"
	}
	return "“" + c.Before + "” becomes “" + c.After + "”"
}

// compareWords finds the fewest words that have to be replaced, left out or put
// in to make one text the other: where, and how many they are.
func compareWords(before, after []string) (changes []Change, differ int) {
	costs := editCosts(before, after)
	var from, to []string // of one change
	end := func() {
		if len(from)+len(to) > 0 {
			slices.Reverse(from)
			slices.Reverse(to)
			changes = append(changes, Change{strings.Join(from, " "), strings.Join(to, " ")})
		}
		from, to = nil, nil
	}
	i, j := len(before), len(after)
	for i > 0 || j > 0 { // backwards along the cheapest way
		switch {
		case i > 0 && j > 0 && before[i-1] == after[j-1]:
			end()
			i, j = i-1, j-1
		case i > 0 && j > 0 && costs[i][j] == costs[i-1][j-1]+1:
			from, to = append(from, before[i-1]), append(to, after[j-1])
			i, j = i-1, j-1
		case i > 0 && costs[i][j] == costs[i-1][j]+1:
			from = append(from, before[i-1])
			i--
		default:
			to = append(to, after[j-1])
			j--
		}
	}
	end()
	slices.Reverse(changes)
	return changes, costs[len(before)][len(after)]
}

// editCosts is how many words it takes to make the beginnings of one text those
// of another, by their lengths.
func editCosts(before, after []string) [][]int {
	costs := make([][]int, len(before)+1)
	for i := range costs {
		costs[i] = make([]int, len(after)+1)
		for j := range costs[i] {
			switch {
			case i == 0 || j == 0:
				costs[i][j] = i + j
			case before[i-1] == after[j-1]:
				costs[i][j] = costs[i-1][j-1]
			default:
				costs[i][j] = 1 + min(costs[i-1][j-1], costs[i-1][j], costs[i][j-1])
			}
		}
	}
	return costs
}
