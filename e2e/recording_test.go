package e2e

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/grader/grader/web/view"
)

// recording is what a terminal shows of a command, line by line, with the time of each line.
type recording struct {
	began time.Time
	lines []recordedLine
	rest  string // an incomplete line
}

// recordedLine is one line of a recording, with the sequences for its colours.
type recordedLine struct {
	at   time.Duration // since the start
	text string
}

// enter records a command as the line that a person types.
func (r *recording) enter(command string) {
	r.began = time.Now()
	r.lines = append(r.lines, recordedLine{text: "\x1b[1m$ " + command + "\x1b[0m"})
}

// Write implements io.Writer. It records the lines that are complete.
func (r *recording) Write(p []byte) (int, error) {
	text := r.rest + string(p)
	for {
		line, rest, complete := strings.Cut(text, "\n")
		if !complete {
			r.rest = text
			return len(p), nil
		}
		// A terminal shows the text after the last return of the cursor. git ends its lines with spaces.
		line = line[strings.LastIndexByte(strings.TrimRight(line, "\r"), '\r')+1:]
		line = strings.TrimRight(strings.ReplaceAll(strings.TrimRight(line, "\r"), "\x1b[K", ""), " ")
		r.lines = append(r.lines, recordedLine{at: time.Since(r.began), text: line})
		text = rest
	}
}

// Measures of a picture in pixels.
const (
	pictureWidth  = 640
	pictureMargin = 16
	lineHeight    = 19
)

// pictureStyle has the colours of a terminal, and shows each line at its time. A font must be on the
// reader's machine, because pictures in documents load nothing.
const pictureStyle = `text{font:13.5px ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;fill:#e6e6e3;white-space:pre;animation:appear 1ms backwards}
.ansi-red{fill:#ff8a80}.ansi-green{fill:#7ddf95}.ansi-yellow{fill:#f1c75b}.ansi-blue{fill:#8ab8ff}.ansi-magenta{fill:#e2a1f0}.ansi-cyan{fill:#72d7e0}
.ansi-black{fill:#a9a9a4}.ansi-bold{font-weight:700}.ansi-italic{font-style:italic}.ansi-line{text-decoration:underline}
@keyframes appear{from{opacity:0}to{opacity:1}}
@media(prefers-reduced-motion:reduce){text{animation:none}}`

// picture writes the recording as an SVG picture that shows each line when the terminal showed it.
func (r *recording) picture(to io.Writer, title string) error {
	height := len(r.lines)*lineHeight + 2*pictureMargin
	var b strings.Builder
	fmt.Fprintf(&b, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %[1]d %[2]d\" role=\"img\">\n", pictureWidth, height)
	fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n", escapeXML(title), pictureStyle)
	fmt.Fprintf(&b, "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#1d2328\"/>\n", pictureWidth, height)
	var paint view.Paint
	for n, line := range r.lines {
		fmt.Fprintf(&b, "<text x=\"%d\" y=\"%d\" style=\"animation-delay:%dms\">", pictureMargin, pictureMargin+n*lineHeight+14, line.at.Milliseconds())
		for _, piece := range paint.Pieces(line.text) {
			if piece.Class == "" {
				b.WriteString(escapeXML(piece.Text))
			} else {
				fmt.Fprintf(&b, "<tspan class=%q>%s</tspan>", piece.Class, escapeXML(piece.Text))
			}
		}
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(to, b.String())
	return err
}

// columns returns the length of the longest line in characters, without sequences.
func (r *recording) columns() int {
	longest := 0
	var paint view.Paint
	for _, line := range r.lines {
		n := 0
		for _, piece := range paint.Pieces(line.text) {
			n += utf8.RuneCountInString(piece.Text)
		}
		longest = max(longest, n)
	}
	return longest
}

func escapeXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a Builder never fails
	return b.String()
}
