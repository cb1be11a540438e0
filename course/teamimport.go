package course

import (
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// Import creates the teams of a file, for staff. It reports an invalid line by its number and
// ignores it. Importing the same file again changes nothing.
func (t Teams) Import(v Viewer, rows []schema.TeamRow) ([]schema.TeamChange, error) {
	if err := t.managed(v); err != nil {
		return nil, err
	}
	p := newPlan(slices.Clone(t.People))
	t.Teams = slices.Clone(t.Teams)
	lines := make(map[string]int)
	var changes []schema.TeamChange
	for _, row := range rows {
		for _, c := range t.row(p, lines, row) {
			c.Line = row.Line
			changes = append(changes, c)
		}
	}
	return changes, nil
}

// row returns the changes for one line of a file and applies them to the copy of the teams.
func (t *Teams) row(p *plan, lines map[string]int, row schema.TeamRow) []schema.TeamChange {
	refused := func(err error) []schema.TeamChange {
		return []schema.TeamChange{{Kind: schema.TeamRefused, Team: row.Team, Login: row.Login, What: schema.MessageOf(err)}}
	}
	login, err := p.whose(row, t.Course)
	if err != nil {
		return refused(err)
	}
	row.Login = login
	if line := lines[login]; line > 0 {
		return refused(schema.Errorf(schema.CodeInvalid, "%s stands in line %d already; nobody is in two teams", login, line))
	}
	var changes []schema.TeamChange
	team := t.find(row.Team)
	switch {
	case team != nil && slices.Contains(team.Members, login):
		lines[login] = row.Line
		return []schema.TeamChange{{Kind: schema.TeamUnchanged, Team: row.Team, Login: login}}
	case team == nil:
		if err := t.free(row.Team); err != nil {
			return refused(err)
		}
		changes = append(changes, schema.TeamChange{Kind: schema.TeamCreated, Team: row.Team})
		team = &schema.Team{Name: row.Team}
	}
	joined, err := t.add(team, []string{login})
	if err != nil {
		return refused(err)
	}
	lines[login] = row.Line
	t.play(append(changes, joined...))
	return append(changes, joined...)
}

// play applies changes to the copy of the teams, which decides the following lines.
func (t *Teams) play(changes []schema.TeamChange) {
	for _, c := range changes {
		switch c.Kind {
		case schema.TeamCreated:
			t.Teams = append(t.Teams, schema.Team{Name: c.Team})
		case schema.TeamJoined:
			team := t.find(c.Team)
			team.Members = append(slices.Clone(team.Members), c.Login)
		case schema.TeamUninvited:
			team := t.find(c.Team)
			team.Invited = slices.DeleteFunc(slices.Clone(team.Invited), func(login string) bool { return login == c.Login })
		}
	}
}

// whose returns the login of the student that a line of a file names.
func (p *plan) whose(row schema.TeamRow, code string) (string, error) {
	person, found := p.byLogin[row.Login]
	named := row.Login
	switch {
	case row.StudentID != "":
		person, found = p.byID[row.StudentID]
		named = "id " + row.StudentID
	case row.Email != "":
		person, found = p.byEmail[strings.ToLower(row.Email)]
		named = row.Email
	}
	if !found || !student(person) {
		return "", schema.Errorf(schema.CodeNotFound, "%s is not a student of %s; enrol them first", named, code)
	}
	return person.Login, nil
}
