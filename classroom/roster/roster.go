// Package roster reads lists of people from learning platforms, registrars and GitHub
// Classroom. It knows the headers that the platforms' exporters write; a file with other
// headers needs a mapping of columns.
package roster

import (
	"fmt"
	"net/mail"
	"slices"
	"strings"

	"github.com/grader/grader/classroom/sheet"
	"github.com/grader/grader/schema"
)

// Refusal is a refused row with the reason.
type Refusal struct {
	Line   int    `json:"line"`
	Reason string `json:"reason"`
}

// File holds the contents of a roster.
type File struct {
	System   string // platform that wrote the file: "brightspace", "canvas", …; "" if unknown
	People   []schema.RosterRow
	Refused  []Refusal
	Warnings []string
}

// Options configures Read.
type Options struct {
	// Columns maps fields to unknown headers of a file: "login" to "Kennung".
	Columns map[string]string
	// Pad is the number of digits to which ids are padded with zeros on the left; 0 means no
	// padding.
	Pad int
}

// Read parses a roster. It reports an invalid row with its line and skips it. CodeInvalid:
// the header has no id, login or e-mail, or the bytes are not a table.
func Read(data []byte, o Options) (File, error) {
	table, err := sheet.Read(data)
	if err != nil {
		return File{}, err
	}
	first := slices.IndexFunc(table.Rows, func(r sheet.Row) bool { return !r.Blank() })
	if first < 0 {
		return File{}, schema.Errorf(schema.CodeInvalid, "the file is empty")
	}
	head, err := newHeader(table.Rows[first], o.Columns)
	if err != nil {
		return File{}, err
	}
	f := File{System: head.system(), Warnings: table.Warnings}
	seen := make(map[string]int)
	for _, row := range table.Rows[first+1:] {
		if row.Blank() || head.noPerson(row) {
			continue
		}
		p, err := head.person(row, o.Pad)
		if err == nil {
			err = unique(seen, p)
		}
		if err != nil {
			f.Refused = append(f.Refused, Refusal{row.Line, schema.MessageOf(err)})
			continue
		}
		f.People = append(f.People, p)
	}
	if o.Pad == 0 {
		f.Warnings = append(f.Warnings, lostZeros(f.People)...)
	}
	return f, nil
}

// unique returns an error if an earlier row has the same id, login or e-mail.
func unique(seen map[string]int, p schema.RosterRow) error {
	keys := []struct{ kind, value string }{{"login", p.Login}, {"id", p.StudentID}, {"e-mail", strings.ToLower(p.Email)}}
	for _, k := range keys {
		if line := seen[k.kind+k.value]; k.value != "" && line > 0 {
			return schema.Errorf(schema.CodeInvalid, "%s %q is that of line %d too; keep one of them", k.kind, k.value, line)
		}
	}
	for _, k := range keys {
		seen[k.kind+k.value] = p.Line
	}
	return nil
}

// lostZeros returns a warning if most ids have one length and some are shorter.
func lostZeros(people []schema.RosterRow) []string {
	lengths := make(map[int]int)
	total := 0
	for _, p := range people {
		if isDigits(p.StudentID) {
			lengths[len(p.StudentID)]++
			total++
		}
	}
	usual, most := 0, 0
	for length, n := range lengths {
		if n > most || n == most && length > usual {
			usual, most = length, n
		}
	}
	shorter, example := 0, ""
	for _, p := range people {
		if isDigits(p.StudentID) && len(p.StudentID) < usual {
			shorter++
			example = p.StudentID
		}
	}
	if shorter == 0 || 2*most <= total {
		return nil
	}
	return []string{fmt.Sprintf("%d of %d ids are shorter than the usual %d digits, such as %s, as if a spreadsheet had removed leading zeros; add them with --pad %d",
		shorter, total, usual, example, usual)}
}

func isDigits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// checkEmail returns an error for an invalid address.
func checkEmail(email string) error {
	if email == "" {
		return nil
	}
	address, err := mail.ParseAddress(email)
	if err != nil || address.Address != email || !strings.Contains(email, "@") {
		return schema.Errorf(schema.CodeInvalid, "%q is not an e-mail address; look whether columns are swapped", email)
	}
	return nil
}
