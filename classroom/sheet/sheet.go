// Package sheet reads and writes CSV files in the encodings and with the separators that
// learning platforms and spreadsheets use. Cells are text; numbers are not converted to
// floats.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/grader/grader/schema"
)

// Limits of a file.
const (
	MaxBytes = 32 << 20 // of the whole file
	MaxCell  = 64 << 10 // bytes of one cell
	MaxCells = 1000     // of one row
)

// Sheet is a table with the form of its file.
type Sheet struct {
	Rows     []Row
	Form     Form
	Warnings []string // guesses about the file
}

// Row is one record of a file.
type Row struct {
	Line  int // line in the file, from 1
	Cells []string
}

// Blank reports whether every cell is empty.
func (r Row) Blank() bool {
	for _, cell := range r.Cells {
		if strings.TrimSpace(cell) != "" {
			return false
		}
	}
	return true
}

// Form describes the format of a table.
type Form struct {
	Encoding  Encoding
	Separator rune // ',', ';' or '\t'
	LF        bool // lines end with LF instead of CRLF
	Quoted    bool // every cell is in quotes
}

// Read decodes a file. CodeInvalid: the file is not a table; the error names the line.
func Read(data []byte) (Sheet, error) {
	if len(data) > MaxBytes {
		return Sheet{}, schema.Errorf(schema.CodeInvalid, "the file has %d bytes; %d is the most", len(data), MaxBytes)
	}
	text, encoding, err := decode(data)
	if err != nil {
		return Sheet{}, err
	}
	var s Sheet
	s.Form.Encoding = encoding
	if encoding == Windows1252 {
		s.Warnings = append(s.Warnings, "the file is not UTF-8; it is read as Windows-1252: look at names with accents")
	}
	s.Form.LF = !strings.Contains(text, "\r\n")
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	if strings.TrimSpace(text) == "" {
		return Sheet{}, schema.Errorf(schema.CodeInvalid, "the file is empty")
	}
	s.Form.Separator = separator(text)
	s.Form.Quoted = strings.HasPrefix(text, `"`) && allQuoted(text, s.Form.Separator)
	s.Rows, err = records(text, s.Form.Separator, 0)
	return s, err
}

// records parses at most most records of the text; 0 means all.
func records(text string, comma rune, most int) ([]Row, error) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	var rows []Row
	for most == 0 || len(rows) < most {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, schema.Errorf(schema.CodeInvalid, "the file cannot be read as a table: %v", err)
		}
		line, _ := r.FieldPos(0)
		if err := bounded(line, cells); err != nil {
			return nil, err
		}
		rows = append(rows, Row{Line: line, Cells: cells})
	}
	return rows, nil
}

func bounded(line int, cells []string) error {
	if len(cells) > MaxCells {
		return schema.Errorf(schema.CodeInvalid, "line %d has %d cells; %d is the most", line, len(cells), MaxCells)
	}
	for i, cell := range cells {
		if len(cell) > MaxCell {
			return schema.Errorf(schema.CodeInvalid, "line %d: cell %d has %d bytes; %d is the most: look for a quote that is never closed", line, i+1, len(cell), MaxCell)
		}
	}
	return nil
}

// separator returns comma, semicolon or tab: the one that splits each of the first three
// lines into the same, largest number of cells.
func separator(text string) rune {
	best, most := ',', 1
	for _, c := range []rune{',', ';', '\t'} {
		rows, err := records(text, c, 3)
		if err != nil || len(rows) == 0 {
			continue
		}
		n := len(rows[0].Cells)
		for _, row := range rows {
			if len(row.Cells) != n {
				n = 0
			}
		}
		if n > most {
			best, most = c, n
		}
	}
	if most == 1 { // lines of different lengths: use the separator of the header
		for _, c := range []rune{',', ';', '\t'} {
			if rows, err := records(text, c, 1); err == nil && len(rows) > 0 && len(rows[0].Cells) > most {
				best, most = c, len(rows[0].Cells)
			}
		}
	}
	return best
}

// allQuoted reports whether every cell of the first line is in quotes.
func allQuoted(text string, comma rune) bool {
	line, _, _ := strings.Cut(text, "\n")
	for _, cell := range strings.Split(line, string(comma)) {
		if len(cell) < 2 || cell[0] != '"' || cell[len(cell)-1] != '"' {
			return false
		}
	}
	return true
}

// Write encodes rows of cells in the form.
func (f Form) Write(rows [][]string) ([]byte, error) {
	var text bytes.Buffer
	if f.Quoted {
		f.writeQuoted(&text, rows)
	} else {
		w := csv.NewWriter(&text)
		w.Comma, w.UseCRLF = f.Separator, !f.LF
		if err := w.WriteAll(rows); err != nil {
			return nil, fmt.Errorf("write table: %w", err)
		}
	}
	return encode(text.String(), f.Encoding)
}

func (f Form) writeQuoted(to *bytes.Buffer, rows [][]string) {
	end := "\r\n"
	if f.LF {
		end = "\n"
	}
	for _, cells := range rows {
		for i, cell := range cells {
			if i > 0 {
				to.WriteRune(f.Separator)
			}
			to.WriteString(`"` + strings.ReplaceAll(cell, `"`, `""`) + `"`)
		}
		to.WriteString(end)
	}
}

// Plain returns the form of grader's own files: UTF-8, commas, CRLF.
func Plain() Form { return Form{Encoding: UTF8, Separator: ','} }

// Safe quotes a name or a comment that a spreadsheet would read as a formula. Callers do
// not use it for ids and scores.
func Safe(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
