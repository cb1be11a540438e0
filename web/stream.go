package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/grader/grader/web/sse"
)

// stream writes what a live page receives.
type stream struct{ *sse.Writer }

func newStream(w http.ResponseWriter) *stream { return &stream{sse.NewWriter(w)} }

// message sends HTML, and how many events the reader has been told by then; 0 leaves
// its place as it was.
func (s *stream) message(told int64, html string) error { return s.Write(messageText(told, html)) }

// messageText is a message as it is sent.
func messageText(told int64, html string) string {
	var b strings.Builder
	if told > 0 {
		fmt.Fprintf(&b, "id: %d\n", told)
	}
	for line := range strings.Lines(strings.TrimSpace(html)) {
		b.WriteString("data: " + strings.TrimSuffix(line, "\n") + "\n")
	}
	b.WriteString("\n")
	return b.String()
}

// signal sends a word that the page's script knows: "end" or "reload".
func (s *stream) signal(name string) error {
	return s.Write("event: " + name + "\ndata: " + name + "\n\n")
}
