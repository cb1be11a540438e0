package gitd

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// The widths of what is printed, in columns, without the "remote: " that git puts
// before it.
const (
	lineWidth    = 64
	refusalWidth = 72 // interfaces: a refusal that fits stays on one line
)

func columns(s string) int { return utf8.RuneCountInString(s) }

// clip shortens a text to at most n columns, with an ellipsis.
func clip(s string, n int) string {
	if columns(s) <= n {
		return s
	}
	if n <= 1 {
		return ""
	}
	return string([]rune(s)[:n-1]) + "…"
}

// clipName puts a case's name behind head, in n columns together. It loses its beginning where it is
// too long: the package is that of all the others, and the end is what tells them apart.
func clipName(head, name string, n int) string {
	room := n - columns(head)
	if columns(name) <= room {
		return head + name
	}
	if room <= 1 {
		return clip(head, n)
	}
	return head + "…" + string([]rune(name)[columns(name)-room+1:])
}

// wrap breaks a line at spaces; what has none is left as it is, so that a path or
// an address can be copied.
func wrap(s string, width int) []string {
	var lines []string
	var line string
	for _, word := range strings.Fields(s) {
		switch {
		case line == "":
			line = word
		case columns(line)+1+columns(word) <= width:
			line += " " + word
		default:
			lines = append(lines, line)
			line = guard("  " + word)
		}
	}
	if line != "" {
		lines = append(lines, line)
	}
	return lines
}

// maxFolds is how many lines one line of a message may become.
const maxFolds = 3

// fold breaks a line at spaces and keeps every one of them, since what a program
// printed may differ from what was expected in nothing else.
func fold(s string, width int) []string {
	var lines []string
	for columns(s) > width && len(lines) < maxFolds-1 {
		head := string([]rune(s)[:width])
		if at := strings.LastIndexByte(head, ' '); at > width/2 {
			head = head[:at+1]
		}
		lines = append(lines, head)
		s = s[len(head):]
	}
	return append(lines, clip(s, width))
}

// spread puts right at the right edge.
func spread(left, right string) string {
	left = clip(left, lineWidth-columns(right)-1)
	return left + strings.Repeat(" ", lineWidth-columns(left)-columns(right)) + right
}

// span is a duration for people: "12 ms", "1.2 s", "3 min".
func span(d time.Duration) string {
	switch {
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 100*time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d min", int(d.Round(time.Minute).Minutes()))
}

// guard keeps a line from starting with a word that a git client colours as its own.
func guard(line string) string {
	trimmed := strings.TrimLeft(line, " \t")
	for _, word := range []string{"hint", "warning", "success", "error"} {
		if len(trimmed) < len(word) || !strings.EqualFold(trimmed[:len(word)], word) {
			continue
		}
		if rest := trimmed[len(word):]; rest == "" || !alphanumeric(rest[0]) {
			return line[:len(line)-len(trimmed)] + "| " + trimmed
		}
	}
	return line
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}
