// Package teamfile parses tables of teams. Each line has a team's name and the login, id or
// e-mail address of a member.
package teamfile

import (
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/classroom/sheet"
	"github.com/grader/grader/schema"
)

// Fields that a column may hold.
const (
	fieldTeam  = "team"
	fieldLogin = "login"
	fieldID    = "student_id"
	fieldEmail = "email"
)

// aliases returns the headers of each field, in lower case. The headers for people are the
// same as in rosters; group_name is GitHub Classroom's, "group name" Moodle's, "group code"
// Blackboard's.
func aliases() map[string][]string {
	return map[string][]string{
		fieldTeam:  {"team", "team name", "team_name", "group", "group name", "group_name", "group code", "groupname"},
		fieldLogin: {"login", "username", "user name", "netid", "sis login id", "login_id", "user"},
		fieldID:    {"student_id", "student id", "sid", "orgdefinedid", "id number", "idnumber", "sis user id", "user_id", "canvas_user_id", "matrikelnummer"},
		fieldEmail: {"email", "email address", "e-mail"},
	}
}

// Read parses a table of teams. columns maps fields to unknown headers, such as team to
// "Gruppe". It reports an invalid line with its number and skips it. CodeInvalid: the header
// has no team or no people, or the bytes are not a table.
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

// header maps fields to columns.
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

// complete returns an error if the header has no field for teams or for people.
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

// people returns the field that identifies people in the file, "" for none.
func (h header) people() string {
	for _, field := range []string{fieldLogin, fieldID, fieldEmail} {
		if _, ok := h[field]; ok {
			return field
		}
	}
	return ""
}

// read parses a line. why is the reason if the line is invalid.
func (h header) read(row sheet.Row) (r schema.TeamRow, why string) {
	r.Line, r.Team = row.Line, h.cell(row, fieldTeam)
	cells := map[string]*string{fieldLogin: &r.Login, fieldID: &r.StudentID, fieldEmail: &r.Email}
	for _, field := range []string{fieldLogin, fieldID, fieldEmail} { // use the first field that is not empty
		if text := strings.TrimPrefix(h.cell(row, field), "#"); text != "" {
			*cells[field] = text
			break
		}
	}
	if at := strings.IndexByte(r.Login, '@'); at > 0 { // some platforms use e-mail addresses as logins
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

// cell returns a line's value of a field, trimmed, or "" if the line or the file has none.
func (h header) cell(row sheet.Row, field string) string {
	i, ok := h[field]
	if !ok || i >= len(row.Cells) {
		return ""
	}
	return strings.TrimSpace(row.Cells[i])
}

// normal returns a header's name for comparison.
func normal(cell string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cell), "#")))
}
