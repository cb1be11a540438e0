package web

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/grader/grader/web/sse"
)

// stream writes the events of a live page.
type stream struct{ *sse.Writer }

func newStream(w http.ResponseWriter, r *http.Request) *stream { return &stream{sse.NewWriter(w, r)} }

// message sends HTML with the number of events that the reader has received by then. 0 leaves the
// reader's position unchanged.
func (s *stream) message(told int64, html string) error { return s.Write(messageText(told, html)) }

// messageText returns a message in the format of the stream.
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

// signal sends an event that the page's script knows: "end" or "reload".
func (s *stream) signal(name string) error {
	return s.Write("event: " + name + "\ndata: " + name + "\n\n")
}
