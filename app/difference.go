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
	pairs, differ := pairWords(before, after)
	i, j := 0, 0 // words that are dealt with
	for _, p := range append(pairs, [2]int{len(before), len(after)}) {
		if p[0] > i || p[1] > j {
			changes = append(changes, Change{strings.Join(before[i:p[0]], " "), strings.Join(after[j:p[1]], " ")})
		}
		i, j = p[0]+1, p[1]+1
	}
	return changes, differ
}

// pairWords returns the indexes of the words that stay when one text is made
// another in as few steps as possible, and how many that are.
func pairWords(before, after []string) (pairs [][2]int, differ int) {
	costs := editCosts(before, after)
	i, j := len(before), len(after)
	for i > 0 && j > 0 { // backwards along the cheapest way
		switch {
		case before[i-1] == after[j-1]:
			i, j = i-1, j-1
			pairs = append(pairs, [2]int{i, j})
		case costs[i][j] == costs[i-1][j-1]+1:
			i, j = i-1, j-1
		case costs[i][j] == costs[i-1][j]+1:
			i--
		default:
			j--
		}
	}
	slices.Reverse(pairs)
	return pairs, costs[len(before)][len(after)]
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
