package view

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// Ledger is the page of a course's grades: a person's own or those of the class.
type Ledger struct {
	Frame
	Path  string
	Own   Listing
	Class *ClassLedger // for staff
}

// ClassLedger is the table of a class's grades: students × assignments.
type ClassLedger struct {
	Find        string
	Found       string
	Assignments []CourseColumn
	Rows        []LedgerRow
	Pager       Pager
}

// CourseColumn is the column of an assignment.
type CourseColumn struct{ Name, Path, Max string }

// LedgerRow holds one student's grades in the order of the assignments.
type LedgerRow struct {
	Login string
	Cells []LedgerCell
}

// LedgerCell is one grade. Score is "" if there is none.
type LedgerCell struct{ Score, Path, Note string }

// NewOwnGrades lists the grades of a person.
func NewOwnGrades(code string, all []schema.Grade) Listing {
	l := Listing{Caption: "My grades", Heads: []string{"Assignment", "Counts", "Score", "Late", "Changes", "Grade"}, Empty: "Nothing of yours counts yet."}
	for _, g := range all {
		if g.Number == 0 && g.Adjusted.IsZero() {
			continue
		}
		path := "/" + code + "/" + g.Assignment
		counts, late := Text("none"), ""
		if g.Number > 0 {
			counts = Link("#"+strconv.Itoa(g.Number), path+"/"+g.Counting()+"/"+strconv.Itoa(g.Number))
		}
		if g.State == schema.TimelinessLate {
			late = Count(g.Days, "day")
			if g.Tokens > 0 {
				late += fmt.Sprintf(", %s spent", Count(g.Tokens, "late day"))
			}
		}
		l.Rows = append(l.Rows, ListRow{Cells: []ListCell{
			Link(g.Assignment, path), counts, Text(g.Score.String() + " / " + g.MaxScore.String()), Text(late), Text(course.Note(g)), Text(g.Final.String()),
		}})
	}
	return l
}

// ledgerPage is the number of students on a page of the class's grades.
const ledgerPage = 50

// LedgerStudents holds the students on a page of the class's grades.
type LedgerStudents struct {
	Shown []schema.RosterPerson
	Found int // on all pages
	Page  int
}

// NewLedgerStudents returns the students that the query selects, by login.
func NewLedgerStudents(people []schema.RosterPerson, q RosterQuery) LedgerStudents {
	find := strings.ToLower(strings.TrimSpace(q.Find))
	people = slices.DeleteFunc(slices.Clone(people), func(p schema.RosterPerson) bool {
		return p.Role != schema.RoleStudent || p.Dropped || !strings.Contains(strings.ToLower(p.Login+"\n"+p.Name+"\n"+p.Section), find)
	})
	slices.SortFunc(people, func(a, b schema.RosterPerson) int { return cmp.Compare(a.Login, b.Login) })
	s := LedgerStudents{Found: len(people)}
	s.Shown, s.Page = pageOf(people, q.Page, ledgerPage)
	return s
}

// Logins returns the logins of the students on the page.
func (s LedgerStudents) Logins() []string {
	logins := make([]string, 0, len(s.Shown))
	for _, p := range s.Shown {
		logins = append(logins, p.Login)
	}
	return logins
}

// NewClassLedger lists the grades of students. A team's grade is shown for each member.
func NewClassLedger(path, code string, students LedgerStudents, all classroom.ClassGrades, q RosterQuery) *ClassLedger {
	l := &ClassLedger{Find: q.Find, Found: Count(students.Found, "student")}
	of := make(map[string]map[string]schema.Grade)
	for _, g := range all.Grades {
		for _, owner := range slices.Concat(g.Members, []string{g.Owner}) {
			if of[owner] == nil {
				of[owner] = make(map[string]schema.Grade)
			}
			of[owner][g.Assignment] = g
		}
	}
	names := slices.Sorted(maps.Keys(all.Max))
	for _, name := range names {
		l.Assignments = append(l.Assignments, CourseColumn{Name: name, Path: "/" + code + "/" + name + "/-/grid", Max: all.Max[name].String()})
	}
	for _, p := range students.Shown {
		row := LedgerRow{Login: p.Login}
		for _, name := range names {
			row.Cells = append(row.Cells, ledgerCell("/"+code+"/"+name, of[p.Login][name]))
		}
		l.Rows = append(l.Rows, row)
	}
	l.Pager = newPager(students.Page, pagesOf(students.Found, ledgerPage), func(n int) string {
		return path + "?" + values("find", q.Find, "page", pageValue(n)).Encode()
	})
	return l
}

func ledgerCell(path string, g schema.Grade) LedgerCell {
	if g.Number == 0 && g.Adjusted.IsZero() {
		return LedgerCell{}
	}
	cell := LedgerCell{Score: g.Final.String(), Path: path + "/" + g.Counting(), Note: course.Note(g)}
	if g.Number > 0 {
		cell.Path += "/" + strconv.Itoa(g.Number)
	}
	return cell
}

// Exports is the page with the forms that export grades.
type Exports struct {
	Frame
	Path        string
	Form        Form
	Assignments []string
}

// Exported is a page with the warnings about a gradebook.
type Exported struct {
	Frame
	Path     string
	Cells    int // number of cells filled in
	Warnings []string

	// Values with which the form requests the same file again.
	Format, Assignment, Columns, Fill string
	Dropped                           bool
}
