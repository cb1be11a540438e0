package roster

import (
	"maps"
	"slices"
	"strings"

	"github.com/grader/grader/classroom/sheet"
	"github.com/grader/grader/schema"
)

// Fields of a person that a column may hold.
const (
	fieldID      = "student_id"
	fieldLogin   = "login"
	fieldEmail   = "email"
	fieldFirst   = "first_name"
	fieldLast    = "last_name"
	fieldName    = "name"
	fieldSection = "section"
	fieldRole    = "role"
	fieldStatus  = "status"
	fieldGitHub  = "github_username"
	fieldFree    = "identifier" // GitHub Classroom's: a name, a number or an e-mail
)

// aliases returns the headers of each field, in lower case and without a leading '#'.
// Sources: instructure/canvas-lms lib/gradebook_exporter.rb and doc/api/sis_csv.md; moodle
// grade/export and admin/tool/uploaduser; Brightspace's, Blackboard's and Gradescope's help
// pages and public scripts; github/gh-classroom.
func aliases() map[string][]string {
	return map[string][]string{
		fieldID:      {"student id", "student_id", "sid", "banner id", "orgdefinedid", "id number", "idnumber", "sis user id", "user_id", "matrikelnummer"},
		fieldLogin:   {"username", "netid", "sis login id", "login_id", "login"},
		fieldEmail:   {"email", "email address", "e-mail"},
		fieldFirst:   {"first name", "firstname", "first_name"},
		fieldLast:    {"last name", "lastname", "last_name", "surname"},
		fieldName:    {"name", "full name", "full_name", "student", "sortable_name"},
		fieldSection: {"section", "sections", "crn", "groups", "lab", "section_id", "group_name"},
		fieldRole:    {"role"},
		fieldStatus:  {"status", "availability", "suspended"},
		fieldGitHub:  {"github_username"},
		fieldFree:    {"identifier"},
	}
}

// header maps fields to columns.
type header struct {
	names   []string // normalised
	columns map[string]int
}

// newHeader parses a file's first row. mapped maps fields to headers that are not known.
func newHeader(row sheet.Row, mapped map[string]string) (*header, error) {
	h := &header{columns: make(map[string]int)}
	for _, cell := range row.Cells {
		h.names = append(h.names, normal(cell))
	}
	for field, names := range aliases() {
		for _, name := range names { // use the first alias that the row has
			if i := slices.Index(h.names, name); i >= 0 {
				h.columns[field] = i
				break
			}
		}
	}
	for field, name := range mapped {
		if _, known := aliases()[field]; !known {
			return nil, schema.Errorf(schema.CodeInvalid, "field %q is unknown; use %s", field, strings.Join(slices.Sorted(maps.Keys(aliases())), ", "))
		}
		i := slices.Index(h.names, normal(name))
		if i < 0 {
			return nil, schema.Errorf(schema.CodeInvalid, "line %d has no column %q; it has %s", row.Line, name, strings.Join(row.Cells, ", "))
		}
		h.columns[field] = i
	}
	if !h.has(fieldID) && !h.has(fieldLogin) && !h.has(fieldEmail) && !h.has(fieldFree) && !h.has(fieldGitHub) {
		return nil, schema.Errorf(schema.CodeInvalid, "line %d names no column with an id, a login or an e-mail address; it has %s: say which they are, as in --column login=%s",
			row.Line, strings.Join(row.Cells, ", "), strings.TrimSpace(row.Cells[0]))
	}
	return h, nil
}

// normal returns a header's name for comparison.
func normal(cell string) string {
	return strings.ToLower(strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cell), "#")))
}

func (h *header) has(field string) bool { _, ok := h.columns[field]; return ok }

// cell returns a row's value of a field, trimmed, or "" if the row or the file has none.
func (h *header) cell(row sheet.Row, field string) string {
	i, ok := h.columns[field]
	if !ok || i >= len(row.Cells) {
		return ""
	}
	return strings.TrimSpace(row.Cells[i])
}

func (h *header) named(names ...string) bool {
	for _, name := range names {
		if !slices.Contains(h.names, name) {
			return false
		}
	}
	return true
}

// system returns the platform that writes such a header, or "".
func (h *header) system() string {
	switch {
	case h.named("end-of-line indicator"):
		return "brightspace"
	case h.named("student", "section") && h.named("id"):
		return "canvas"
	case h.named("lastname", "firstname", "id", "section"):
		return "canvas"
	case h.named("last access") || h.named("username", "student id", "availability"):
		return "blackboard"
	case h.named("identifier", "github_username"):
		return "github-classroom"
	case h.named("sid", "email"):
		return "gradescope"
	case h.named("first name", "last name", "id number"), h.named("first name", "last name", "email address"), h.named("username", "firstname", "lastname", "email"):
		return "moodle"
	}
	return ""
}

// noPerson reports whether a row of a platform's file is not a person, such as Canvas's
// rows for maximum points, posting and its test student.
func (h *header) noPerson(row sheet.Row) bool {
	if h.system() != "canvas" {
		return false
	}
	first := strings.TrimSpace(row.Cells[0])
	if first == "Student, Test" || strings.Contains(first, "Points Possible") || first == "Student" && h.cell(row, fieldFirst) == "Test" {
		return true
	}
	if first != "" {
		return false
	}
	for _, cell := range row.Cells {
		if cell := strings.TrimSpace(cell); cell != "" && !strings.HasPrefix(cell, "Manual Posting") && cell != "Muted" {
			return false
		}
	}
	return true
}
