package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

const heading = `# What machine configuration of Talos may contain. Written by testbed/talos/schema.sh; see schema/table.rs for the reader.
#
# A section is a type, a line in it a field: name, kind, and how it merges where that is not what its kind implies.
# Kinds: * optional (a zero value counts), [] list, {} mapping with free keys, else a leaf or another type.
# since/until: versions of Talos, where not all of them have the field.
`

// row is a line of the table: what it is about, what is said, and in which versions.
type row struct {
	key, value  string
	first, last int
}

// combine prints the lines of all versions, each once, with the versions that have it where not all do.
func combine(arguments []string) error {
	fmt.Print(heading)
	var names []string
	var rows []*row
	for index, argument := range arguments {
		name, file, _ := strings.Cut(argument, "=")
		names = append(names, name)
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		at := 0
		for line := range strings.Lines(string(text)) {
			words := strings.SplitN(strings.TrimSpace(line), " ", 3)
			key, value := words[0]+" "+words[1], strings.Join(words[2:], " ")
			found := false
			for position, row := range rows {
				if row.key == key && row.value == value && row.last == index-1 {
					row.last, at, found = index, position+1, true
					break
				}
			}
			if !found {
				// A new line goes behind the one that precedes it in its own version.
				rows = append(rows[:at], append([]*row{{key, value, index, index}}, rows[at:]...)...)
				at++
			}
		}
	}
	rows = grouped(rows)
	for start, end := 0, 0; start < len(rows); start = end {
		subject, _, _ := strings.Cut(rows[start].key, " ")
		whole := row{first: len(names), last: 0}
		for end = start; end < len(rows) && strings.HasPrefix(rows[end].key, subject+" "); end++ {
			whole.first, whole.last = min(whole.first, rows[end].first), max(whole.last, rows[end].last)
		}
		fmt.Printf("\n%s%s\n", subject, versions(names, whole, row{last: len(names) - 1}))
		for _, row := range rows[start:end] {
			_, name, _ := strings.Cut(row.key, " ")
			line := strings.TrimRight("  "+name+" "+row.value, " ")
			fmt.Println(line + versions(names, *row, whole))
		}
	}
	return nil
}

// grouped keeps the order of subjects and of rows, but puts all rows of a subject together.
func grouped(rows []*row) []*row {
	places := map[string]int{}
	for _, row := range rows {
		subject, _, _ := strings.Cut(row.key, " ")
		if _, known := places[subject]; !known {
			places[subject] = len(places)
		}
	}
	slices.SortStableFunc(rows, func(left, right *row) int {
		one, _, _ := strings.Cut(left.key, " ")
		other, _, _ := strings.Cut(right.key, " ")
		return places[one] - places[other]
	})
	return rows
}

// versions says in which versions a row is, as far as what surrounds it has not said so.
func versions(names []string, row, around row) string {
	text := ""
	if row.first > around.first {
		text += " since=" + names[row.first]
	}
	if row.last < around.last {
		text += " until=" + names[row.last]
	}
	return text
}
