package tables

import (
	"fmt"
	"io"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// User is the JSON form of an account.
type User struct {
	Login    string `json:"login"`
	Name     string `json:"name"`
	Email    string `json:"email"`
	Admin    bool   `json:"admin"`
	Disabled bool   `json:"disabled"`
}

// PublicUser returns the JSON form of an account.
func PublicUser(u schema.User) User {
	return User{Login: u.Login, Name: u.Name, Email: u.Email, Admin: u.Admin, Disabled: u.Disabled}
}

// Enrolment is the JSON form of a person's role in a course.
type Enrolment struct {
	User
	Role schema.Role `json:"role"`
}

// PublicRoster returns the JSON form of the people of a course.
func PublicRoster(all []schema.Enrolment) []Enrolment {
	people := make([]Enrolment, 0, len(all))
	for _, e := range all {
		people = append(people, Enrolment{PublicUser(e.User), e.Role})
	}
	return people
}

// Roster writes the people of a course with their roles.
func (w Writer) Roster(all []schema.Enrolment) error {
	people := PublicRoster(all)
	return w.write(people, func(out io.Writer) {
		for _, e := range people {
			fmt.Fprintf(out, "%-20s %-10s %s\n", e.Login, e.Role, schema.Sanitize(e.Name))
		}
	})
}

// Imported writes the changes of an imported roster, or of a dry run.
func (w Writer) Imported(done classroom.Imported, dryRun bool) error {
	return w.write(done, func(out io.Writer) {
		for _, text := range done.Warnings {
			fmt.Fprintf(out, "note: %s\n", text)
		}
		counts := make(map[schema.RosterKind]int)
		for _, change := range done.Changes {
			counts[change.Kind]++
			imported(out, change)
		}
		verb := "imported"
		if dryRun {
			verb = "dry run, nothing was changed"
		}
		fmt.Fprintf(out, "%s: %d added, %d changed, %d unchanged, %d dropped, %d absent from the file, %d refused\n", verb,
			counts[schema.RosterAdded], counts[schema.RosterChanged], counts[schema.RosterUnchanged], counts[schema.RosterDropped], counts[schema.RosterMissing], counts[schema.RosterRefused])
	})
}

// imported writes the change of a person, if there is one.
func imported(out io.Writer, change schema.RosterChange) {
	if change.Kind == schema.RosterUnchanged {
		return
	}
	where := ""
	if change.Line > 0 {
		where = fmt.Sprintf("line %d: ", change.Line)
	}
	fmt.Fprintf(out, "%-9s %s%s %s\n", change.Kind, where, change.Login, schema.Sanitize(change.What))
	if change.Code != "" {
		fmt.Fprintf(out, "          join code: %s\n", change.Code)
	}
}

// Exported writes a gradebook, and notes about it to w.Note.
func (w Writer) Exported(e classroom.Exported, filled bool) error {
	for _, text := range e.Warnings {
		fmt.Fprintf(w.Note, "note: %s\n", schema.Sanitize(text))
	}
	if filled {
		fmt.Fprintf(w.Note, "%s filled in\n", schema.Count(e.Cells, "cell"))
	}
	_, err := w.Out.Write(e.Data)
	return err
}

// Submissions writes submissions with their verdicts.
func (w Writer) Submissions(all []schema.PublicSubmission) error {
	return w.write(all, func(out io.Writer) {
		for _, s := range all {
			fmt.Fprintf(out, "%-40s %-10s %-20s %s / %s\n", s.Name, s.State, s.Outcome, s.Score, s.MaxScore)
		}
	})
}
