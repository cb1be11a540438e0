package view

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// sgrPattern matches the sequences for colours and weights that schema.SanitizeColored keeps.
var sgrPattern = regexp.MustCompile("\x1b\\[([0-9;:]*)m")

// Paint is the style of the next text of an output; the zero value is plain text. A background
// colour is shown as the text colour with text and background exchanged, so that every combination
// is readable.
type Paint struct {
	color         string // closed set: the names in colorNames, "" for none
	back          string // likewise
	bold, reverse bool
	italic, line  bool // line: underlined
}

// colorNames returns the eight colours of ECMA-48 in their order.
func colorNames() [8]string {
	return [8]string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}
}

// Pieces splits an output into pieces of equal style.
func (p *Paint) Pieces(text string) []Piece {
	var pieces []Piece
	at := 0
	for _, m := range sgrPattern.FindAllStringSubmatchIndex(text, -1) {
		pieces = p.add(pieces, text[at:m[0]])
		p.change(text[m[2]:m[3]])
		at = m[1]
	}
	return p.add(pieces, text[at:])
}

func (p *Paint) add(pieces []Piece, text string) []Piece {
	if text == "" {
		return pieces
	}
	return append(pieces, Piece{Text: schema.Sanitize(text), Class: p.class()})
}

// class returns the style as classes of the style sheet.
func (p *Paint) class() string {
	var names []string
	color, turned := p.color, p.reverse
	if p.back != "" {
		color, turned = p.back, true
	}
	if color != "" {
		names = append(names, "ansi-"+color)
	}
	for _, one := range []struct {
		on   bool
		name string
	}{{turned, "ansi-turned"}, {p.bold, "ansi-bold"}, {p.italic, "ansi-italic"}, {p.line, "ansi-line"}} {
		if one.on {
			names = append(names, one.name)
		}
	}
	return strings.Join(names, " ")
}

// change applies the parameters of one sequence. It ignores unknown ones.
func (p *Paint) change(parameters string) {
	all := strings.Split(parameters, ";")
	for i := 0; i < len(all); i++ {
		whole, sub, _ := strings.Cut(all[i], ":")
		n, err := strconv.Atoi(whole)
		switch {
		case err != nil && whole != "":
		case (n == 38 || n == 48) && sub != "":
			p.extended(n, strings.Split(sub, ":"))
		case n == 38 || n == 48:
			i += p.extended(n, all[i+1:])
		case n == 4 && sub == "0":
			p.line = false
		default:
			p.set(n)
		}
	}
}

// set applies a parameter that stands alone.
func (p *Paint) set(n int) {
	switch {
	case n == 0:
		*p = Paint{}
	case n == 1:
		p.bold = true
	case n == 3:
		p.italic = true
	case n == 4, n == 21:
		p.line = true
	case n == 7:
		p.reverse = true
	case n == 22:
		p.bold = false
	case n == 23:
		p.italic = false
	case n == 24:
		p.line = false
	case n == 27:
		p.reverse = false
	case n >= 30 && n <= 37:
		p.color = colorNames()[n-30]
	case n == 39:
		p.color = ""
	case n >= 40 && n <= 47:
		p.back = colorNames()[n-40]
	case n == 49:
		p.back = ""
	case n >= 90 && n <= 97:
		p.color = colorNames()[n-90]
	case n >= 100 && n <= 107:
		p.back = colorNames()[n-100]
	}
}

// extended applies the colour after parameter 38 or 48: an index into the table of 256 colours, or
// red, green and blue. It returns the number of parameters of the colour.
func (p *Paint) extended(n int, rest []string) (used int) {
	var name string
	switch {
	case len(rest) >= 2 && rest[0] == "5":
		name, used = colorOfTable(number(rest[1])), 2
	case len(rest) >= 4 && rest[0] == "2":
		// With colons as separators, an empty colour space may precede the three.
		three := rest[1:4]
		if len(rest) >= 5 && rest[1] == "" {
			three = rest[2:5]
		}
		name, used = colorOf(number(three[0]), number(three[1]), number(three[2])), 4
	default:
		return len(rest)
	}
	if n == 38 {
		p.color = name
	} else {
		p.back = name
	}
	return used
}

// number parses a parameter and limits it to 0 to 255.
func number(text string) int {
	n, _ := strconv.Atoi(text) // 0 if it is not a number
	return min(max(n, 0), 255)
}

// colorOfTable returns the nearest of the eight colours to an entry of the terminals' table of 256:
// 16 named colours, a cube of 6 × 6 × 6, and 24 grays.
func colorOfTable(n int) string {
	switch {
	case n < 16:
		return colorNames()[n%8]
	case n >= 232:
		return ""
	}
	level := func(i int) int { return i * 51 }
	n -= 16
	return colorOf(level(n/36), level(n/6%6), level(n%6))
}

// grayish is the difference between the parts of a colour below which it is shown without a colour.
const grayish = 40

// colorOf returns the nearest of the eight colours by hue, or "" for a gray.
func colorOf(red, green, blue int) string {
	least, most := min(red, green, blue), max(red, green, blue)
	if most-least < grayish {
		return ""
	}
	middle, index := (least+most)/2, 0
	for bit, part := range []int{red, green, blue} {
		if part > middle {
			index |= 1 << bit
		}
	}
	return colorNames()[index]
}
