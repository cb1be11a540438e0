package gradebook

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/grader/grader/classroom/roster"
	"github.com/grader/grader/classroom/sheet"
	"github.com/grader/grader/schema"
)

// Filled is the result of Fill.
type Filled struct {
	Data     []byte
	Cells    int      // number of filled cells
	Columns  []string // headings of the filled columns, in the order of Book.Assignments
	Unknown  []roster.Refusal
	Absent   []string // logins with a grade that are not in the file
	Warnings []string
}

// Sentences returns notes for the person who imports the filled file.
func (f Filled) Sentences() []string {
	all := slices.Clone(f.Warnings)
	for _, u := range f.Unknown {
		all = append(all, fmt.Sprintf("line %d: %s", u.Line, u.Reason))
	}
	if len(f.Absent) > 0 {
		all = append(all, fmt.Sprintf("the file does not have %d people with a grade: %s", len(f.Absent), strings.Join(f.Absent, ", ")))
	}
	return all
}

// Fill writes grades into a file that a platform exported. It keeps the headers, order,
// encoding and separator, and all cells without a grade in b. columns maps an assignment to
// its column if no heading is its name or title. CodeInvalid: the file is not a gradebook,
// or has no column for an assignment.
func Fill(data []byte, b Book, columns map[string]string) (Filled, error) {
	table, err := sheet.Read(data)
	if err != nil {
		return Filled{}, err
	}
	if table.Form.Encoding == sheet.Windows1252 {
		table.Warnings = append(table.Warnings, "the filled file is Windows-1252 too")
	}
	people, err := roster.Read(data, roster.Options{})
	if err != nil {
		return Filled{}, err
	}
	f := Filled{Unknown: people.Refused, Warnings: table.Warnings}
	first := slices.IndexFunc(table.Rows, func(r sheet.Row) bool { return !r.Blank() })
	head := table.Rows[first].Cells
	at := make([]int, len(b.Assignments))
	for i, a := range b.Assignments {
		if at[i], err = columnOf(head, a, columns[a.Name]); err != nil {
			return Filled{}, err
		}
		f.Columns = append(f.Columns, head[at[i]])
	}
	f.fill(table, people, b, at)
	var rows [][]string
	for _, row := range table.Rows {
		rows = append(rows, row.Cells)
	}
	f.Data, err = table.Form.Write(rows)
	return f, err
}

func (f *Filled) fill(table sheet.Sheet, people roster.File, b Book, at []int) {
	byLine := make(map[int]schema.RosterRow, len(people.People))
	for _, p := range people.People {
		byLine[p.Line] = p
	}
	found := make(map[string]bool)
	for r, row := range table.Rows {
		who, ok := byLine[row.Line]
		if !ok {
			continue
		}
		p := find(b, who)
		if p == nil {
			f.Unknown = append(f.Unknown, roster.Refusal{Line: row.Line, Reason: "nobody in the course is " + describe(who)})
			continue
		}
		found[p.Login] = true
		for i, a := range b.Assignments {
			if cell := p.cell(a); cell != "" && at[i] < len(row.Cells) {
				table.Rows[r].Cells[at[i]] = cell
				f.Cells++
			}
		}
	}
	for _, p := range b.People {
		if !found[p.Login] && len(p.Grades) > 0 {
			f.Absent = append(f.Absent, p.Login)
		}
	}
}

// find returns the person of a row: by id, else by login, else by e-mail.
func find(b Book, who schema.RosterRow) *Person {
	for _, same := range []func(Person) bool{
		func(p Person) bool { return who.StudentID != "" && p.StudentID == who.StudentID },
		func(p Person) bool { return p.Login == who.Login },
		func(p Person) bool { return who.Email != "" && strings.EqualFold(p.Email, who.Email) },
	} {
		if i := slices.IndexFunc(b.People, same); i >= 0 {
			return &b.People[i]
		}
	}
	return nil
}

func describe(who schema.RosterRow) string {
	if who.StudentID != "" {
		return who.StudentID + " (" + who.Login + ")"
	}
	return who.Login
}

// headingTail matches the suffixes that platforms add to the name of a column: Canvas's id,
// Brightspace's kind and maximum, Blackboard's total and id, Moodle's kind.
const headingTail = `(?i)\s*(\(\d+\)|Points Grade(\s*<.*>)?|\[Total Pts:.*\]\s*(\|\d+)?|\(Real\))\s*$`

// columnOf finds the column of an assignment. The heading is named, if set, or else the
// assignment's name or title.
func columnOf(head []string, a Assignment, named string) (int, error) {
	if named != "" {
		if i := slices.Index(head, named); i >= 0 {
			return i, nil
		}
		return 0, schema.Errorf(schema.CodeInvalid, "the file has no column %q; it has %s", named, strings.Join(head, ", "))
	}
	tail := regexp.MustCompile(headingTail)
	var matches []int
	for i, cell := range head {
		name := strings.TrimPrefix(strings.TrimSpace(tail.ReplaceAllString(cell, "")), "Assignment: ")
		if strings.EqualFold(name, a.Name) || strings.EqualFold(name, a.Title) {
			matches = append(matches, i)
		}
	}
	if i := slices.Index(head, "Grade"); len(matches) == 0 && i >= 0 && slices.Contains(head, "Grade can be changed") {
		matches = []int{i} // Moodle's worksheet has only one assignment
	}
	switch len(matches) {
	case 1:
		return matches[0], nil
	case 0:
		return 0, schema.Errorf(schema.CodeInvalid, "the file has no column for %s; say which it is, as in --column %s=%q; it has %s", a.Name, a.Name, head[len(head)-1], strings.Join(head, ", "))
	}
	return 0, schema.Errorf(schema.CodeInvalid, "the file has several columns for %s; say which it is, as in --column %s=%q", a.Name, a.Name, head[matches[0]])
}
