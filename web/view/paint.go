package view

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/grader/grader/schema"
)

// sgrPattern matches a change of colour or weight, as schema.SanitizeColored keeps them.
var sgrPattern = regexp.MustCompile("\x1b\\[([0-9;:]*)m")

// Paint is how the next text of an output is shown; the zero value is plain text. Background
// colours are shown as a text's colour with its background exchanged, so that every
// combination can be read.
type Paint struct {
	color         string // closed set: the names of colorNames, "" for none
	back          string // likewise
	bold, reverse bool
	italic, line  bool // line: underlined
}

// colorNames are the eight colours of ECMA-48 in their order.
func colorNames() [8]string {
	return [8]string{"black", "red", "green", "yellow", "blue", "magenta", "cyan", "white"}
}

// Pieces takes an output apart into stretches that are shown alike.
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

// class names the style in classes of the style sheet.
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

// change applies the parameters of one sequence. What it does not know changes nothing.
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

// extended applies a colour of the table of 256, or of red, green and blue, which follows 38
// or 48, and returns how many parameters it has.
func (p *Paint) extended(n int, rest []string) (used int) {
	var name string
	switch {
	case len(rest) >= 2 && rest[0] == "5":
		name, used = colorOfTable(number(rest[1])), 2
	case len(rest) >= 4 && rest[0] == "2":
		// A colour space may stand before the three, where colons separate them.
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

// number is a parameter between 0 and 255.
func number(text string) int {
	n, _ := strconv.Atoi(text) // 0 for what is no number
	return min(max(n, 0), 255)
}

// colorOfTable is the nearest of the eight colours to one of the table of 256 that terminals
// share: 16 named ones, a cube of 6 × 6 × 6, and 24 grays.
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

// grayish is how far apart the parts of a colour are at most that is shown as none.
const grayish = 40

// colorOf is the nearest of the eight colours by hue, "" for a gray.
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
