package gradebook

import (
	"fmt"
	"strings"

	"github.com/grader/grader/classroom/sheet"
	"github.com/grader/grader/schema"
)

// Write returns a new file in the format, and notes for its reader. Filling a file that the
// platform exported is safer: see Fill.
func Write(f Format, b Book) ([]byte, []string, error) {
	rows, warnings, err := table(f, b)
	if err != nil {
		return nil, nil, err
	}
	form := sheet.Plain()
	form.Quoted = f == Blackboard
	data, err := form.Write(rows)
	return data, warnings, err
}

func table(f Format, b Book) ([][]string, []string, error) {
	switch f {
	case Brightspace:
		return brightspace(b), nil, nil
	case Canvas:
		return canvas(b)
	case Moodle:
		return moodle(b), unknownToMoodle(b), nil
	case Blackboard:
		return blackboard(b), []string{"Blackboard knows a column only by the number in its heading; without --fill it makes new columns"}, nil
	}
	return plain(b), nil, nil
}

// brightspace returns rows for Brightspace: one key column, and an item column for each
// assignment.
func brightspace(b Book) [][]string {
	byID := everybodyHas(b, func(p Person) string { return p.StudentID })
	head := []string{"Username"}
	if byID {
		head[0] = "OrgDefinedId"
	}
	for _, a := range b.Assignments {
		head = append(head, strings.ReplaceAll(a.label(), ",", " ")+" Points Grade <Numeric MaxPoints:"+a.MaxScore.String()+">")
	}
	rows := [][]string{append(head, "End-of-Line Indicator")}
	for _, p := range b.People {
		key := "#" + p.Login
		if byID {
			key = "#" + p.StudentID
		}
		rows = append(rows, append(b.cells([]string{key}, p), "#"))
	}
	return rows
}

// canvas returns rows for Canvas, which finds its header by position and assignments by title.
func canvas(b Book) ([][]string, []string, error) {
	head := []string{"Student", "ID", "SIS User ID", "SIS Login ID", "Section"}
	most := []string{"    Points Possible", "", "", "", ""}
	for _, a := range b.Assignments {
		if word := droppedByCanvas(a.label()); word != "" {
			return nil, nil, schema.Errorf(schema.CodeInvalid, "Canvas drops columns whose title holds %q, as that of %s does; give it another title, or use --fill", word, a.Name)
		}
		head, most = append(head, a.label()), append(most, a.MaxScore.String())
	}
	rows := [][]string{head, most}
	for _, p := range b.People {
		rows = append(rows, b.cells([]string{sheet.Safe(sortable(p.Name)), "", p.StudentID, p.Login, p.Section}, p))
	}
	return rows, []string{"Canvas clears a score where a cell is empty; without --fill it offers to make new assignments"}, nil
}

// droppedByCanvas returns the words of a title that make Canvas ignore its column.
func droppedByCanvas(title string) string {
	for _, first := range []string{"Current", "Final", "Override"} {
		for _, second := range []string{"Score", "Points", "Grade", "Status"} {
			if word := first + " " + second; strings.Contains(title, word) {
				return word
			}
		}
	}
	return ""
}

// moodle returns rows for Moodle. People map its columns by hand during the import. A feedback
// column follows each grade.
func moodle(b Book) [][]string {
	head := []string{"ID number", "Email address"}
	for _, a := range b.Assignments {
		head = append(head, a.label(), a.label()+" feedback")
	}
	rows := [][]string{head}
	for _, p := range b.People {
		row := []string{p.StudentID, p.Email}
		for _, a := range b.Assignments {
			row = append(row, p.cell(a), sheet.Safe(p.Grades[a.Name].Note))
		}
		rows = append(rows, row)
	}
	return rows
}

// unknownToMoodle names people whom Moodle cannot find: it refuses a file with such a row.
func unknownToMoodle(b Book) []string {
	var logins []string
	for _, p := range b.People {
		if p.StudentID == "" && p.Email == "" {
			logins = append(logins, p.Login)
		}
	}
	if logins == nil {
		return nil
	}
	few := logins[:min(len(logins), 5)]
	words := "Moodle finds people by ID number or e-mail address, and these have neither: " + strings.Join(few, ", ")
	if more := len(logins) - len(few); more > 0 {
		words += fmt.Sprintf(" and %d more", more)
	}
	return []string{words + "; import them with roster import"}
}

func blackboard(b Book) [][]string {
	head := []string{"Username"}
	for _, a := range b.Assignments {
		head = append(head, a.label()+" [Total Pts: "+a.MaxScore.String()+" Score]")
	}
	rows := [][]string{head}
	for _, p := range b.People {
		rows = append(rows, b.cells([]string{p.Login}, p))
	}
	return rows
}

func plain(b Book) [][]string {
	head := []string{"login", "student_id", "name", "email", "section"}
	for _, a := range b.Assignments {
		head = append(head, a.Name)
	}
	rows := [][]string{head}
	for _, p := range b.People {
		rows = append(rows, b.cells([]string{p.Login, p.StudentID, sheet.Safe(p.Name), p.Email, sheet.Safe(p.Section)}, p))
	}
	return rows
}

// cells appends a person's grades to the cells that identify the person.
func (b Book) cells(row []string, p Person) []string {
	for _, a := range b.Assignments {
		row = append(row, p.cell(a))
	}
	return row
}

func everybodyHas(b Book, of func(Person) string) bool {
	for _, p := range b.People {
		if of(p) == "" {
			return false
		}
	}
	return true
}

// sortable returns a name with the last name first.
func sortable(name string) string {
	i := strings.LastIndex(name, " ")
	if i < 0 {
		return name
	}
	return name[i+1:] + ", " + name[:i]
}
