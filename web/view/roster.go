package view

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// Roster is the page of a course's people, with the forms that change them.
type Roster struct {
	Frame
	Path   string
	Found  string // "600 people"
	Find   string
	May    bool // the viewer may change it
	Form   Form
	People []RosterPerson
	Pager  Pager
}

// RosterPerson is the row of one person.
type RosterPerson struct {
	Login, Name, StudentID, Email, Section string
	Role                                   string
	Dropped                                bool
}

// RosterQuery selects the people on a page of the roster.
type RosterQuery struct {
	Find string
	Page int
}

// rosterPage is the number of people on a page.
const rosterPage = 100

// NewRoster lists the people that the query selects.
func NewRoster(path string, all []schema.RosterPerson, q RosterQuery) Roster {
	r := Roster{Path: path, Find: q.Find}
	find := strings.ToLower(strings.TrimSpace(q.Find))
	var found []RosterPerson
	for _, p := range all {
		if find == "" || strings.Contains(strings.ToLower(strings.Join([]string{p.Login, p.Name, p.StudentID, p.Email, p.Section, string(p.Role)}, "\n")), find) {
			found = append(found, RosterPerson{
				Login: p.Login, Name: p.Name, StudentID: p.StudentID, Email: p.Email, Section: p.Section, Role: RoleWord(p.Role), Dropped: p.Dropped,
			})
		}
	}
	r.Found = fmt.Sprintf("%d people", len(found))
	if len(found) == 1 {
		r.Found = "1 person"
	}
	var page int
	r.People, page = pageOf(found, q.Page, rosterPage)
	r.Pager = newPager(page, pagesOf(len(found), rosterPage), func(n int) string {
		return path + "?" + values("find", q.Find, "page", pageValue(n)).Encode()
	})
	return r
}

// Imported is the page with the changes of a roster import, before or after they are made.
type Imported struct {
	Frame
	Path     string
	Done     bool   // the changes were made; otherwise this is a preview
	System   string // the system whose format the file has
	Counts   []Fact
	Warnings []string
	List     Listing // the changes
	Codes    string  // of the new accounts as CSV, "" for none

	// Values with which the form makes the previewed changes.
	Data, Columns, Pad string
	DropMissing        bool
	MayImport          bool // the file would change something
}

// maxChanges is the maximum number of changes on a page.
const maxChanges = 2000

// NewImported returns the page of an import.
func NewImported(path string, r classroom.ImportRequest, done classroom.Imported) Imported {
	page := Imported{
		Path: path, Done: !r.DryRun, System: done.System, Warnings: done.Warnings, Data: base64.StdEncoding.EncodeToString(r.Data), DropMissing: r.DropMissing,
		List: Listing{Caption: "Changes", Heads: []string{"Person", "", "What", "Line"}, Empty: "Nothing changes."},
	}
	counts := make(map[schema.RosterKind]int)
	var codes strings.Builder
	for _, c := range done.Changes {
		counts[c.Kind]++
		if c.Code != "" {
			fmt.Fprintf(&codes, "%s,%s\n", c.Login, c.Code)
		}
		if c.Kind == schema.RosterUnchanged || len(page.List.Rows) >= maxChanges {
			continue
		}
		line := ""
		if c.Line > 0 {
			line = fmt.Sprint(c.Line)
		}
		page.List.Rows = append(page.List.Rows, ListRow{Cells: []ListCell{Text(c.Login), Text(string(c.Kind)), Text(Sentence(c.What)), Text(line)}})
	}
	for _, kind := range []schema.RosterKind{schema.RosterAdded, schema.RosterChanged, schema.RosterDropped, schema.RosterUnchanged, schema.RosterMissing, schema.RosterRefused} {
		if counts[kind] > 0 {
			page.Counts = append(page.Counts, Fact{Term: string(kind), Value: fmt.Sprint(counts[kind])})
		}
	}
	page.MayImport = r.DryRun && counts[schema.RosterAdded]+counts[schema.RosterChanged]+counts[schema.RosterDropped] > 0
	if codes.Len() > 0 {
		page.Codes = "login,code\n" + codes.String()
	}
	return page
}
