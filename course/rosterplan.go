package course

import (
	"fmt"
	"slices"
	"strings"

	"github.com/grader/grader/schema"
)

// PlanRoster returns what importing a roster changes for each person, in the order of the roster,
// then for people absent from it by login. people holds all accounts with their enrolment in the
// course. An account is found by student id, otherwise by login, otherwise by e-mail; its login
// never changes. dropMissing drops students who are absent from the roster.
func PlanRoster(people []schema.RosterPerson, rows []schema.RosterRow, dropMissing bool) []schema.RosterChange {
	p := newPlan(people)
	var changes []schema.RosterChange
	for _, row := range rows {
		changes = append(changes, p.change(row))
	}
	for _, person := range people {
		if !p.named[person.UserID] && person.Enrolled && !person.Dropped && person.Role == schema.RoleStudent {
			c := schema.RosterChange{Kind: schema.RosterMissing, Login: person.Login, UserID: person.UserID, Row: rowOf(person)}
			if dropMissing {
				c.Kind, c.Row.Dropped, c.What = schema.RosterDropped, true, "absent from the roster"
			}
			changes = append(changes, c)
		}
	}
	return changes
}

// plan finds the people that rows refer to.
type plan struct {
	byID, byLogin, byEmail map[string]schema.RosterPerson
	named                  map[int64]bool // in the roster
}

func newPlan(people []schema.RosterPerson) *plan {
	p := &plan{
		byID: make(map[string]schema.RosterPerson), byLogin: make(map[string]schema.RosterPerson), byEmail: make(map[string]schema.RosterPerson),
		named: make(map[int64]bool),
	}
	slices.SortFunc(people, func(a, b schema.RosterPerson) int { return strings.Compare(a.Login, b.Login) })
	for _, person := range people {
		p.byLogin[person.Login] = person
		if person.StudentID != "" {
			p.byID[person.StudentID] = person
		}
		if person.Email != "" {
			p.byEmail[strings.ToLower(person.Email)] = person
		}
	}
	return p
}

// find returns the person that a row refers to. A reason says why the row contradicts
// the known accounts.
func (p *plan) find(row schema.RosterRow) (person schema.RosterPerson, found bool, reason string) {
	byID, hasID := p.byID[row.StudentID]
	byLogin, hasLogin := p.byLogin[row.Login]
	byEmail, hasEmail := p.byEmail[strings.ToLower(row.Email)]
	switch {
	case row.StudentID != "" && hasID && hasLogin && byID.UserID != byLogin.UserID:
		return person, false, fmt.Sprintf("id %s is that of %s, and the login %s is somebody else's; correct one of them", row.StudentID, byID.Login, row.Login)
	case row.StudentID != "" && hasID:
		return byID, true, ""
	case hasLogin && byLogin.StudentID != "" && row.StudentID != "" && byLogin.StudentID != row.StudentID:
		return person, false, fmt.Sprintf("%s has the id %s, not %s; correct one of them, or give this person another login", row.Login, byLogin.StudentID, row.StudentID)
	case hasLogin:
		return byLogin, true, ""
	case row.Email != "" && hasEmail && (byEmail.StudentID == "" || row.StudentID == ""):
		return byEmail, true, ""
	}
	return person, false, ""
}

// change returns the change for one row.
func (p *plan) change(row schema.RosterRow) schema.RosterChange {
	c := schema.RosterChange{Line: row.Line, Login: row.Login, Row: row}
	person, found, reason := p.find(row)
	switch {
	case reason != "":
		c.Kind, c.What = schema.RosterRefused, reason
		return c
	case found && p.named[person.UserID]:
		c.Kind, c.What = schema.RosterRefused, fmt.Sprintf("this is %s, whom an earlier line has already", person.Login)
		return c
	}
	if found {
		p.named[person.UserID] = true
		c.UserID, c.Login = person.UserID, person.Login
		c.Row.Login = person.Login
	}
	c.Row = completed(c.Row, person)
	switch {
	case row.Dropped && (!found || !person.Enrolled || person.Dropped):
		c.Kind = schema.RosterUnchanged
	case row.Dropped:
		c.Kind, c.What = schema.RosterDropped, "withdrawn, says the roster"
	case !found || !person.Enrolled:
		c.Kind, c.What = schema.RosterAdded, "as "+string(c.Row.Role)
	default:
		c.Kind, c.What = schema.RosterUnchanged, differences(person, c.Row)
		if c.What != "" {
			c.Kind = schema.RosterChanged
		}
	}
	return c
}

// completed fills in missing values of a row from the known person.
func completed(row schema.RosterRow, person schema.RosterPerson) schema.RosterRow {
	keep := func(now *string, known string) {
		if *now == "" {
			*now = known
		}
	}
	keep(&row.StudentID, person.StudentID)
	keep(&row.Name, person.Name)
	keep(&row.Email, person.Email)
	keep(&row.Section, person.Section)
	if row.Role == "" {
		row.Role = schema.RoleStudent
		if person.Enrolled {
			row.Role = person.Role
		}
	}
	return row
}

// differences describes what changes for a person, "" for nothing.
func differences(person schema.RosterPerson, row schema.RosterRow) string {
	var all []string
	add := func(what, before, after string) {
		if before != after {
			all = append(all, fmt.Sprintf("%s %q is now %q", what, before, after))
		}
	}
	add("id", person.StudentID, row.StudentID)
	add("name", person.Name, row.Name)
	add("e-mail", person.Email, row.Email)
	add("section", person.Section, row.Section)
	add("role", string(person.Role), string(row.Role))
	if person.Dropped {
		all = append(all, "is back")
	}
	return strings.Join(all, "; ")
}

func rowOf(person schema.RosterPerson) schema.RosterRow {
	return schema.RosterRow{
		Login: person.Login, StudentID: person.StudentID, Name: person.Name, Email: person.Email,
		Section: person.Section, Role: person.Role, Dropped: person.Dropped,
	}
}
