// Package teamfile reads tables of teams: a line for each member, with the team's name
// and the member's login, id or e-mail address.
package teamfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/classroom/sheet"
	"github.com/grader/grader/schema"
)

// The fields that a column may hold.
const (
	fieldTeam  = "team"
	fieldLogin = "login"
	fieldID    = "student_id"
	fieldEmail = "email"
)

// aliases are the headers of each field, in lower case. Those of people are a roster's;
// group_name is GitHub Classroom's, "group name" Moodle's, "group code" Blackboard's.
func aliases() map[string][]string {
	return map[string][]string{
		fieldTeam:  {"team", "team name", "team_name", "group", "group name", "group_name", "group code", "groupname"},
		fieldLogin: {"login", "username", "user name", "netid", "sis login id", "login_id", "user"},
		fieldID:    {"student_id", "student id", "sid", "orgdefinedid", "id number", "idnumber", "sis user id", "user_id", "canvas_user_id", "matrikelnummer"},
		fieldEmail: {"email", "email address", "e-mail"},
	}
}

// Read reads a table of teams. columns maps fields to headers that are not known, such as
// team to "Gruppe". A line that cannot be read is refused with its number; only a header
// without a team or without people, or bytes that are no table, refuse the file: CodeInvalid.
func Read(data []byte, columns map[string]string) ([]schema.TeamRow, []schema.TeamChange, error) {
	table, err := sheet.Read(data)
	if err != nil {
		return nil, nil, err
	}
	first := slices.IndexFunc(table.Rows, func(r sheet.Row) bool { return !r.Blank() })
	if first < 0 {
		return nil, nil, schema.Errorf(schema.CodeInvalid, "the file is empty")
	}
	h, err := newHeader(table.Rows[first], columns)
	if err != nil {
		return nil, nil, err
	}
	var rows []schema.TeamRow
	var refused []schema.TeamChange
	for _, row := range table.Rows[first+1:] {
		if row.Blank() {
			continue
		}
		r, why := h.read(row)
		if why != "" {
			refused = append(refused, schema.TeamChange{Kind: schema.TeamRefused, Line: row.Line, Team: r.Team, Login: r.Login, What: why})
			continue
		}
		rows = append(rows, r)
	}
	return rows, refused, nil
}

// header knows which column holds which field.
type header map[string]int

func newHeader(row sheet.Row, columns map[string]string) (header, error) {
	h := make(header)
	var names []string
	for _, cell := range row.Cells {
		names = append(names, normal(cell))
	}
	known := aliases()
	for field, all := range known {
		for _, name := range all {
			if i := slices.Index(names, name); i >= 0 {
				h[field] = i
				break
			}
		}
	}
	for field, name := range columns {
		if _, ok := known[field]; !ok {
			return nil, schema.Errorf(schema.CodeInvalid, "field %q is unknown; use %s", field, strings.Join(slices.Sorted(maps.Keys(known)), ", "))
		}
		i := slices.Index(names, normal(name))
		if i < 0 {
			return nil, schema.Errorf(schema.CodeInvalid, "line %d has no column %q; it has %s", row.Line, name, strings.Join(row.Cells, ", "))
		}
		h[field] = i
	}
	return h, h.complete(row)
}

// complete refuses a header that names no team, or nobody.
func (h header) complete(row sheet.Row) error {
	missing, example := "", ""
	if _, ok := h[fieldTeam]; !ok {
		missing, example = "a team", "team"
	} else if h.people() == "" {
		missing, example = "a login, an id or an e-mail address", "login"
	}
	if missing == "" {
		return nil
	}
	return schema.Errorf(schema.CodeInvalid, "line %d names no column with %s; it has %s: say which it is, as in --column %s=%s",
		row.Line, missing, strings.Join(row.Cells, ", "), example, strings.TrimSpace(row.Cells[len(row.Cells)-1]))
}

// people is the field by which the file names people, "" for none.
func (h header) people() string {
	for _, field := range []string{fieldLogin, fieldID, fieldEmail} {
		if _, ok := h[field]; ok {
			return field
		}
	}
	return ""
}

// read reads a line; the reason is why it cannot be.
func (h header) read(row sheet.Row) (r schema.TeamRow, why string) {
	r.Line, r.Team = row.Line, h.cell(row, fieldTeam)
	cells := map[string]*string{fieldLogin: &r.Login, fieldID: &r.StudentID, fieldEmail: &r.Email}
	for _, field := range []string{fieldLogin, fieldID, fieldEmail} { // the first that says something
		if text := strings.TrimPrefix(h.cell(row, field), "#"); text != "" {
			*cells[field] = text
			break
		}
	}
	if at := strings.IndexByte(r.Login, '@'); at > 0 { // a platform whose logins are e-mail addresses
		r.Login = r.Login[:at]
	}
	r.Login = strings.ToLower(r.Login)
	switch {
	case r.Team == "":
		return r, "there is no team"
	case r.Login == "" && r.StudentID == "" && r.Email == "":
		return r, "nobody is named"
	}
	return r, ""
}

// cell is a line's value of a field, trimmed; "" if the line or the file has none.
func (h header) cell(row sheet.Row, field string) string {
	i, ok := h[field]
	if !ok || i >= len(row.Cells) {
		return ""
	}
	return strings.TrimSpace(row.Cells[i])
}

// normal is a header's name as it is compared.
func normal(cell string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cell), "#")))
}
