package classroom

import (
	"context"
	"slices"
	"time"

	"github.com/grader/grader/classroom/gradebook"
	"github.com/grader/grader/classroom/roster"
	"github.com/grader/grader/course"
	"github.com/grader/grader/schema"
)

// RosterStore is the part of the store that the actions on rosters and gradebooks use.
type RosterStore interface {
	reachStore
	// ImportRoster creates the accounts and enrolments of a roster, in one transaction.
	ImportRoster(ctx context.Context, by schema.Actor, i schema.RosterImport) ([]schema.RosterChange, error)
	// Assignments returns a course's assignments with their active versions, by name.
	Assignments(ctx context.Context, course int64) ([]schema.Assignment, error)
	// Seats returns who is or was in the teams of a course, oldest first.
	Seats(ctx context.Context, course int64) ([]schema.Seat, error)
	// Grades returns the grades of a course, by owner and assignment; owner "" means everybody.
	Grades(ctx context.Context, course int64, owner string) ([]schema.Grade, error)
}

// People implements the actions on rosters and gradebooks.
type People struct {
	store   RosterStore
	clock   func() time.Time
	read    func(schema.Assignment) Assignment
	revoked *Revocations
}

// List returns the people of a course in the form of its roster, by login, for its staff.
func (p *People) List(ctx context.Context, by schema.Actor, code string) ([]schema.RosterPerson, error) {
	m, err := findMember(ctx, p.store, by, code)
	if err == nil {
		err = course.MaySeeRoster(m.Viewer(), code)
	}
	if err != nil {
		return nil, err
	}
	all, err := p.store.RosterPeople(ctx, m.Course.ID)
	return slices.DeleteFunc(all, func(is schema.RosterPerson) bool {
		return is.Role == schema.RoleStudent && !m.Viewer().SeesOwner(is.Login)
	}), err
}

// ImportRequest describes a roster to import.
type ImportRequest struct {
	Course      string
	Data        []byte            // the file
	Columns     map[string]string // field → heading, for unknown headings
	Pad         int               // number of digits to which ids are padded with zeros
	DropMissing bool
	DryRun      bool
}

// Imported is the result of importing a roster, or the preview of a dry run.
type Imported struct {
	System   string                `json:"system,omitempty"` // platform that wrote the file
	Changes  []schema.RosterChange `json:"changes"`
	Warnings []string              `json:"warnings,omitempty"`
}

// Import creates the accounts and enrolments of a roster. It reports an invalid row with its
// line and skips it; it imports the other rows in one transaction. It ends the open sessions and streams in
// the course of staff who see less than before. CodeInvalid: the file is not a roster.
func (p *People) Import(ctx context.Context, by schema.Actor, r ImportRequest) (Imported, error) {
	m, err := findMember(ctx, p.store, by, r.Course)
	if err == nil {
		err = course.MayImportRoster(m.Viewer(), r.Course)
	}
	if err != nil {
		return Imported{}, err
	}
	file, err := roster.Read(r.Data, roster.Options{Columns: r.Columns, Pad: r.Pad})
	if err != nil {
		return Imported{}, err
	}
	done := Imported{System: file.System, Warnings: file.Warnings}
	for _, refused := range file.Refused {
		done.Changes = append(done.Changes, schema.RosterChange{Kind: schema.RosterRefused, Line: refused.Line, What: refused.Reason})
	}
	err = changeReach(ctx, p.store, p.revoked, m.Course, func() error {
		changes, err := p.store.ImportRoster(ctx, by, schema.RosterImport{
			Course: m.Course, Rows: file.People, DropMissing: r.DropMissing, DryRun: r.DryRun, Expires: p.clock().Add(CodeLife),
		})
		done.Changes = append(done.Changes, changes...)
		return err
	})
	return done, err
}

// ExportRequest describes the grades to export, and the format.
type ExportRequest struct {
	Course     string
	Assignment string // "" for all
	Format     string
	Fill       []byte            // the file that the platform exported; nil for a new one
	Columns    map[string]string // assignment → heading of Fill
	Dropped    bool              // include people who have left
}

// Exported is a gradebook.
type Exported struct {
	Data     []byte   `json:"data"`
	Cells    int      `json:"cells"` // number of filled cells
	Warnings []string `json:"warnings,omitempty"`
}

// Export writes the grades of a course's students in a format that a platform imports.
func (p *People) Export(ctx context.Context, by schema.Actor, r ExportRequest) (Exported, error) {
	m, err := findMember(ctx, p.store, by, r.Course)
	if err == nil {
		err = course.MaySeeGrades(m.Viewer(), r.Course, "")
	}
	if err != nil {
		return Exported{}, err
	}
	format, err := gradebook.ParseFormat(r.Format)
	if err != nil {
		return Exported{}, err
	}
	book, err := p.book(ctx, m, r)
	if err != nil {
		return Exported{}, err
	}
	if r.Fill == nil {
		data, warnings, err := gradebook.Write(format, book)
		return Exported{Data: data, Warnings: warnings}, err
	}
	filled, err := gradebook.Fill(r.Fill, book, r.Columns)
	if err != nil {
		return Exported{}, err
	}
	return Exported{Data: filled.Data, Cells: filled.Cells, Warnings: filled.Sentences()}, nil
}

// book collects the grades.
func (p *People) book(ctx context.Context, m Member, r ExportRequest) (gradebook.Book, error) {
	c := m.Course
	var b gradebook.Book
	all, err := p.store.Assignments(ctx, c.ID)
	if err != nil {
		return b, err
	}
	grades, err := p.store.Grades(ctx, c.ID, "")
	if err != nil {
		return b, err
	}
	people, err := p.store.RosterPeople(ctx, c.ID)
	if err != nil {
		return b, err
	}
	seats, err := p.store.Seats(ctx, c.ID)
	if err != nil {
		return b, err
	}
	byPerson, most := gradesByPerson(grades, course.Members(seats))
	if b.Assignments, err = p.columns(m, r, all, most); err != nil {
		return b, err
	}
	for _, who := range people {
		if who.Role != schema.RoleStudent || who.Dropped && !r.Dropped || !m.Viewer().SeesOwner(who.Login) {
			continue
		}
		b.People = append(b.People, gradebook.Person{
			Login: who.Login, StudentID: who.StudentID, Name: who.Name, Email: who.Email, Section: who.Section, Grades: byPerson[who.Login],
		})
	}
	return b, nil
}

// gradesByPerson returns each person's grades by assignment, and the maximum points of each
// assignment. Each member of a team has the team's grade.
func gradesByPerson(grades []schema.Grade, members map[course.WorkOf][]string) (by map[string]map[string]gradebook.Grade, most map[string]schema.Points) {
	by, most = make(map[string]map[string]gradebook.Grade), make(map[string]schema.Points)
	for _, g := range grades {
		if g.Number == 0 && g.Adjusted.IsZero() {
			continue
		}
		if g.MaxScore.Cmp(most[g.Assignment]) > 0 {
			most[g.Assignment] = g.MaxScore
		}
		logins := members[course.WorkOf{Assignment: g.AssignmentID, Owner: g.Owner}]
		if logins == nil {
			logins = []string{g.Owner}
		}
		for _, login := range logins {
			if by[login] == nil {
				by[login] = make(map[string]gradebook.Grade)
			}
			by[login][g.Assignment] = gradebook.Grade{Final: g.Final, Note: course.Note(g)}
		}
	}
	return by, most
}

// columns returns the assignments of the book: the requested one, or all with active tests.
func (p *People) columns(m Member, r ExportRequest, all []schema.Assignment, most map[string]schema.Points) ([]gradebook.Assignment, error) {
	var columns []gradebook.Assignment
	for _, a := range all {
		if r.Assignment == "" && a.Active == nil || r.Assignment != "" && r.Assignment != a.Name {
			continue
		}
		column := gradebook.Assignment{Name: a.Name, MaxScore: most[a.Name]}
		if spec := p.read(a).Spec; spec != nil {
			column.Title = spec.Title
		}
		columns = append(columns, column)
	}
	if r.Assignment != "" && len(columns) == 0 {
		return nil, schema.Errorf(schema.CodeNotFound, "there is no assignment %s/%s", m.Course.Code, r.Assignment)
	}
	return columns, nil
}
