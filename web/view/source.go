package view

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Piece is a part of a program's output: text, or a link to a line of a source file.
type Piece struct {
	Text  string
	Class string // of the style sheet, "" for plain text
	Path  string // "" for text
}

// sourcePattern matches source lines as compilers and interpreters write them: `src/list.c:41:22`,
// `File "list.py", line 3`.
var sourcePattern = regexp.MustCompile(`((?:[\w+-][\w.+-]*/)*[\w+-][\w.+-]*\.[A-Za-z][A-Za-z0-9+]{0,7})(?::(\d{1,6})\b|", line (\d{1,6})\b)`)

// maxSources is the maximum number of source files that are looked up for a page.
const maxSources = 8

// SourceNames returns the names of the first source files that the texts mention, without
// duplicates.
func SourceNames(texts ...string) []string {
	var names []string
	for _, text := range texts {
		for _, m := range sourcePattern.FindAllStringSubmatch(text, -1) {
			if len(names) < maxSources && !slices.Contains(names, m[1]) {
				names = append(names, m[1])
			}
		}
	}
	return names
}

// linkSources turns lines of known files in an output into links. It also finds them if the name
// and the number have different colours. root is the path of the page that lists the files.
func linkSources(pieces []Piece, root string, known map[string]bool) []Piece {
	var text strings.Builder
	for _, p := range pieces {
		text.WriteString(p.Text)
	}
	rest := &remainder{pieces: slices.Clone(pieces)}
	var linked []Piece
	for _, m := range sourcePattern.FindAllStringSubmatchIndex(text.String(), -1) {
		name := text.String()[m[2]:m[3]]
		if !known[name] {
			continue
		}
		line := ""
		for _, group := range []int{4, 6} {
			if m[group] >= 0 {
				line = text.String()[m[group]:m[group+1]]
			}
		}
		linked = append(linked, rest.until(m[0])...)
		link := Piece{Path: root + "/" + name + "#L" + strings.TrimLeft(line, "0")}
		for i, p := range rest.until(m[1]) {
			if i == 0 {
				link.Class = p.Class
			}
			link.Text += p.Text
		}
		linked = append(linked, link)
	}
	return append(linked, rest.pieces...)
}

// remainder is the rest of an output.
type remainder struct {
	pieces []Piece // shortened in place
	at     int     // where it begins, in bytes
}

// until cuts off and returns the pieces before an index of the whole output.
func (r *remainder) until(index int) []Piece {
	var cut []Piece
	for r.at < index {
		first := r.pieces[0]
		if n := index - r.at; len(first.Text) > n {
			r.pieces[0].Text, first.Text = first.Text[n:], first.Text[:n]
		} else {
			r.pieces = r.pieces[1:]
		}
		cut, r.at = append(cut, first), r.at+len(first.Text)
	}
	return cut
}

// Files is the page with the files of a submission.
type Files struct {
	Frame
	Name string
	Path string // of the submission
	List Listing
}

// File is the page of one source file of a submission.
type File struct {
	Frame
	Name   string // of the file
	Path   string // of the submission
	Binary bool   // it is not text and not shown
	Lines  []SourceLine
	Size   string

	Comments Comments
}

// SourceLine is one line of a source file.
type SourceLine struct {
	Number int
	ID     string // "L12"
	Tokens []Token
}

// Token is a part of a line with one style.
type Token struct {
	Text  string
	Class string // closed set: keyword, string, comment, number, name or ""
}

// PlainLines returns the lines of a text without highlighting.
func PlainLines(text string) []SourceLine {
	var lines []SourceLine
	for line := range strings.Lines(text) {
		lines = append(lines, NumberedLine(len(lines)+1, []Token{{Text: strings.TrimSuffix(line, "\n")}}))
	}
	return lines
}

// NumberedLine returns a line with its number, which starts at 1.
func NumberedLine(n int, tokens []Token) SourceLine {
	return SourceLine{Number: n, ID: "L" + strconv.Itoa(n), Tokens: tokens}
}
