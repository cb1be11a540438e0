package roster

import (
	"strings"

	"github.com/grader/grader/classroom/sheet"
	"github.com/grader/grader/schema"
)

// person parses a row. The error says why the row is not a valid person.
func (h *header) person(row sheet.Row, pad int) (schema.RosterRow, error) {
	p := schema.RosterRow{Line: row.Line, Section: h.cell(row, fieldSection)}
	p.StudentID = padded(bare(h.cell(row, fieldID)), pad)
	p.Email = h.cell(row, fieldEmail)
	p.Name = schema.Sanitize(h.name(row))
	login := bare(h.cell(row, fieldLogin))
	if h.has(fieldFree) {
		h.identify(row, &p, &login, pad)
	}
	if err := checkEmail(p.Email); err != nil {
		return p, err
	}
	var err error
	if p.Login, err = loginOf(login, p.Email, p.StudentID); err != nil {
		return p, err
	}
	if p.Role, err = roleOf(h.cell(row, fieldRole)); err != nil {
		return p, err
	}
	p.Dropped = withdrawn(h.names, h.cell(row, fieldStatus), h.columns[fieldStatus])
	return p, nil
}

// bare returns an id without the '#' that Brightspace adds so that spreadsheets keep it as
// text.
func bare(id string) string { return strings.TrimSpace(strings.TrimPrefix(id, "#")) }

// padded restores leading zeros of a number.
func padded(id string, pad int) string {
	if isDigits(id) && len(id) < pad {
		return strings.Repeat("0", pad-len(id)) + id
	}
	return id
}

// name returns the person's name, first name first.
func (h *header) name(row sheet.Row) string {
	first, last := h.cell(row, fieldFirst), h.cell(row, fieldLast)
	if first != "" || last != "" {
		return strings.TrimSpace(first + " " + last)
	}
	name := unguarded(h.cell(row, fieldName))
	if last, first, comma := strings.Cut(name, ","); comma {
		return strings.TrimSpace(strings.TrimSpace(first) + " " + strings.TrimSpace(last))
	}
	return name
}

// unguarded removes the quoting that exporters add to names that look like formulas.
func unguarded(name string) string {
	if strings.HasPrefix(name, `="`) && strings.HasSuffix(name, `"`) {
		return name[2 : len(name)-1]
	}
	if len(name) > 1 && name[0] == '\'' && strings.ContainsRune("=+-@", rune(name[1])) {
		return name[1:]
	}
	return name
}

// identify parses the identifier that a teacher typed into GitHub Classroom: an e-mail, a
// number, or a name.
func (h *header) identify(row sheet.Row, p *schema.RosterRow, login *string, pad int) {
	free := h.cell(row, fieldFree)
	switch {
	case strings.Contains(free, "@"):
		p.Email = free
	case isDigits(free):
		p.StudentID = padded(free, pad)
	case schema.Login(strings.ToLower(free)) == nil:
		*login = free
	case p.Name == "":
		p.Name = schema.Sanitize(free)
	}
	if *login == "" && p.Email == "" && p.StudentID == "" {
		*login = h.cell(row, fieldGitHub)
	}
}

// loginOf returns a login: the file's own, else the part of an e-mail address before the @,
// else "s" and the id.
func loginOf(login, email, id string) (string, error) {
	source := login
	switch {
	case login != "":
	case email != "":
		source = email
	case id != "":
		source = id
		if isDigits(id) {
			source = "s" + id
		}
	default:
		return "", schema.Errorf(schema.CodeInvalid, "there is no login, no e-mail address and no id")
	}
	source, _, _ = strings.Cut(source, "@")
	source = strings.ToLower(source)
	if isDigits(source) {
		source = "s" + source
	}
	if err := schema.Login(source); err != nil {
		return "", err
	}
	return source, nil
}

// roleOf parses a platform's word for a role, "" for none.
func roleOf(word string) (schema.Role, error) {
	switch strings.ToLower(word) {
	case "":
		return "", nil
	case "student", "learner":
		return schema.RoleStudent, nil
	case "ta", "teaching assistant", "reader", "grader":
		return schema.RoleTA, nil
	case "teacher", "instructor":
		return schema.RoleInstructor, nil
	}
	return "", schema.Errorf(schema.CodeInvalid, "role %q is unknown; use student, ta or instructor", word)
}

// withdrawn reports whether a platform's word means that somebody has left. "yes" means
// left in Moodle's column, and "no" in Blackboard's.
func withdrawn(names []string, word string, column int) bool {
	word = strings.ToLower(word)
	switch word {
	case "w", "wd", "dr", "withdrawn", "dropped", "deleted", "inactive":
		return true
	}
	if word == "" || column >= len(names) {
		return false
	}
	switch names[column] {
	case "availability":
		return word == "no"
	case "suspended":
		return word == "yes" || word == "1"
	}
	return false
}
