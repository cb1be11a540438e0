package view

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Piece is a stretch of a program's output: text, or a link to a line of a source file.
type Piece struct {
	Text string
	Path string // "" for text
}

// sourcePattern matches how compilers and interpreters name a line: `src/list.c:41:22`,
// `File "list.py", line 3`.
var sourcePattern = regexp.MustCompile(`((?:[\w+-][\w.+-]*/)*[\w+-][\w.+-]*\.[A-Za-z][A-Za-z0-9+]{0,7})(?::(\d{1,6})\b|", line (\d{1,6})\b)`)

// maxSources is how many source files of one page are looked for.
const maxSources = 8

// SourceNames returns the files whose lines some texts name, the first ones, each once.
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

// linkSources takes a text apart so that lines of known files become links. root is the
// path of the page that lists the files.
func linkSources(text, root string, known map[string]bool) []Piece {
	var pieces []Piece
	at := 0
	for _, m := range sourcePattern.FindAllStringSubmatchIndex(text, -1) {
		name := text[m[2]:m[3]]
		if !known[name] {
			continue
		}
		line := ""
		for _, group := range []int{4, 6} {
			if m[group] >= 0 {
				line = text[m[group]:m[group+1]]
			}
		}
		if m[0] > at {
			pieces = append(pieces, Piece{Text: text[at:m[0]]})
		}
		pieces = append(pieces, Piece{Text: text[m[0]:m[1]], Path: root + "/" + name + "#L" + strings.TrimLeft(line, "0")})
		at = m[1]
	}
	if at < len(text) {
		pieces = append(pieces, Piece{Text: text[at:]})
	}
	return pieces
}

// Files lists the files of a submission.
type Files struct {
	Frame
	Name string
	Path string // of the submission
	List Listing
}

// File is one source file of a submission.
type File struct {
	Frame
	Name   string // of the file
	Path   string // of the submission
	Binary bool   // it is no text, and not shown
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

// Token is a stretch of a line that is shown alike.
type Token struct {
	Text  string
	Class string // closed set: keyword, string, comment, number, name or ""
}

// PlainLines are the lines of a text without highlighting.
func PlainLines(text string) []SourceLine {
	var lines []SourceLine
	for line := range strings.Lines(text) {
		lines = append(lines, NumberedLine(len(lines)+1, []Token{{Text: strings.TrimSuffix(line, "\n")}}))
	}
	return lines
}

// NumberedLine is a line with its number, from 1.
func NumberedLine(n int, tokens []Token) SourceLine {
	return SourceLine{Number: n, ID: "L" + strconv.Itoa(n), Tokens: tokens}
}
