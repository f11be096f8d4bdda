package app

import (
	"slices"
	"strings"
)

// Difference is a place where two texts differ: these words in place of those.
// Either may be empty. In Passages they may also be the same.
type Difference struct {
	Before string `json:"before"`
	After  string `json:"after"`
}

// Text is the difference for people.
func (d Difference) Text() string {
	switch {
	case d.Before == "":
		return "“" + d.After + "” put in"
	case d.After == "":
		return "“" + d.Before + "” left out"
	}
	return "“" + d.Before + "” becomes “" + d.After + "”"
}

// Passages are two texts side by side, in order: words that are the same in
// both, and between them those that are not.
func Passages(before, after string) []Difference {
	return passages(strings.Fields(before), strings.Fields(after))
}

func passages(before, after []string) (all []Difference) {
	pairs, _ := pairWords(before, after)
	i, j := 0, 0 // words that are dealt with
	for n := 0; n < len(pairs) || i < len(before) || j < len(after); {
		if n < len(pairs) && pairs[n] == [2]int{i, j} {
			from := i
			for ; n < len(pairs) && pairs[n] == [2]int{i, j}; n++ {
				i, j = i+1, j+1
			}
			same := strings.Join(before[from:i], " ")
			all = append(all, Difference{same, same})
			continue
		}
		next := [2]int{len(before), len(after)}
		if n < len(pairs) {
			next = pairs[n]
		}
		all = append(all, Difference{strings.Join(before[i:next[0]], " "), strings.Join(after[j:next[1]], " ")})
		i, j = next[0], next[1]
	}
	return all
}

// compareWords finds the fewest words that have to be replaced, left out or put
// in to make one text the other: where, and how many they are.
func compareWords(before, after []string) (differences []Difference, differ int) {
	pairs, differ := pairWords(before, after)
	i, j := 0, 0 // words that are dealt with
	for _, p := range append(pairs, [2]int{len(before), len(after)}) {
		if p[0] > i || p[1] > j {
			differences = append(differences, Difference{strings.Join(before[i:p[0]], " "), strings.Join(after[j:p[1]], " ")})
		}
		i, j = p[0]+1, p[1]+1
	}
	return differences, differ
}

// Of texts that differ in more words than these, multiplied, nothing between
// the first and the last difference is paired: it would take too long.
const mostPairs = 4_000_000

// pairWords returns the indexes of the words that stay when one text is made
// another in as few steps as possible, and how many that are.
func pairWords(before, after []string) (pairs [][2]int, differ int) {
	first := 0 // words that are the same in front
	for first < min(len(before), len(after)) && before[first] == after[first] {
		pairs = append(pairs, [2]int{first, first})
		first++
	}
	last := 0 // and at the end
	for last < min(len(before), len(after))-first && before[len(before)-1-last] == after[len(after)-1-last] {
		last++
	}
	inner, differ := pairAll(before[first:len(before)-last], after[first:len(after)-last])
	for _, p := range inner {
		pairs = append(pairs, [2]int{first + p[0], first + p[1]})
	}
	for n := last; n > 0; n-- {
		pairs = append(pairs, [2]int{len(before) - n, len(after) - n})
	}
	return pairs, differ
}

func pairAll(before, after []string) (pairs [][2]int, differ int) {
	if len(before)*len(after) > mostPairs {
		return nil, max(len(before), len(after))
	}
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
