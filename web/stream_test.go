package web_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// message is one server-sent event.
type message struct{ id, event, data string }

// listener reads a stream of server-sent events.
type listener struct {
	t      *testing.T
	body   io.ReadCloser
	lines  *bufio.Scanner
	cancel context.CancelFunc
}

// listen opens a stream. last is the Last-Event-ID, "" for none.
func (b *browser) listen(path, last string) *listener {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.t.Context(), 20*time.Second)
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.base()+path, nil)
	if err != nil {
		b.t.Fatal(err)
	}
	if last != "" {
		request.Header.Set("Last-Event-ID", last)
	}
	response, err := b.client.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	if got := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || got != "text/event-stream" {
		b.t.Fatalf("stream %s: status %d, %s", path, response.StatusCode, got)
	}
	l := &listener{b.t, response.Body, bufio.NewScanner(response.Body), cancel}
	l.lines.Buffer(nil, 1<<20)
	b.t.Cleanup(l.leave)
	return l
}

// leave disconnects like a closed tab.
func (l *listener) leave() {
	l.cancel()
	l.body.Close()
}

// next returns the next message, or false at the end of the stream.
func (l *listener) next() (message, bool) {
	var m message
	var data []string
	for l.lines.Scan() {
		name, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch name {
		case "id":
			m.id = value
		case "event":
			m.event = value
		case "data":
			data = append(data, value)
		case "":
			if m.data = strings.Join(data, "\n"); len(data) > 0 {
				return m, true
			}
		}
	}
	return m, false
}

// until returns the messages up to the first whose data contains text.
func (l *listener) until(text string) []message {
	l.t.Helper()
	var all []message
	for {
		m, ok := l.next()
		if !ok {
			l.t.Fatalf("the stream ended without %q, after %q", text, all)
		}
		if all = append(all, m); strings.Contains(m.data, text) {
			return all
		}
	}
}

// untilClosed returns the messages up to the end of the stream.
func (l *listener) untilClosed() []message {
	var all []message
	for {
		m, ok := l.next()
		if !ok {
			return all
		}
		all = append(all, m)
	}
}

// ids returns the ids of messages, without those that have none.
func ids(all []message) string {
	var found []string
	for _, m := range all {
		if m.id != "" {
			found = append(found, m.id)
		}
	}
	return strings.Join(found, " ")
}
