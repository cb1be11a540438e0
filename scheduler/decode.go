package scheduler

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/grader/grader/schema"
)

const (
	maxBatch  = 2000    // events of one request
	maxEvent  = 1 << 20 // bytes of one event as JSON
	maxBody   = 8 << 20 // bytes of one request's events
	maxEvents = 20_000  // events of one attempt
	maxLines  = 1 << 20 // bytes of all lines of one attempt
)

// DecodeEvents parses a runner's events, one JSON object per line. It accepts only the kinds that a
// runner may send, each with exactly the fields of its kind and within the limits, and sanitises
// all text. The error is CodeInvalid or CodeLimit and names the event, counted from 1; no events
// are returned with it.
func DecodeEvents(r io.Reader) ([]schema.Event, error) {
	bounded := &io.LimitedReader{R: r, N: maxBody + 1}
	lines := bufio.NewScanner(bounded)
	lines.Buffer(make([]byte, 0, 16<<10), maxEvent)
	var events []schema.Event
	for lines.Scan() {
		if len(events) == maxBatch {
			return nil, schema.Errorf(schema.CodeLimit, "more than %d events in one message", maxBatch)
		}
		e, err := decodeEvent(lines.Bytes())
		if err != nil && bounded.N > 0 { // otherwise the limit cut the line off; that error is returned below
			return nil, schema.Errorf(schema.CodeOf(err), "event %d: %s", len(events)+1, schema.MessageOf(err))
		}
		events = append(events, e)
	}
	if bounded.N <= 0 {
		return nil, schema.Errorf(schema.CodeLimit, "more than %d bytes of events in one message", maxBody)
	}
	if err := lines.Err(); errors.Is(err, bufio.ErrTooLong) {
		return nil, schema.Errorf(schema.CodeLimit, "event %d is longer than %d bytes", len(events)+1, maxEvent)
	} else if err != nil {
		return nil, &schema.Error{Code: schema.CodeInvalid, Message: "the events broke off", Err: err}
	}
	return events, nil
}

// decodeEvent reads one event and checks it against its kind.
func decodeEvent(line []byte) (schema.Event, error) {
	var e schema.Event
	if err := decode(bytes.NewReader(line), maxEvent, &e); err != nil {
		return e, err
	}
	if !e.Kind.FromRunner() {
		return e, schema.Errorf(schema.CodeInvalid, "a runner may not send this kind")
	}
	if e.Seq != 0 || e.State != "" || e.Result != nil {
		return e, schema.Errorf(schema.CodeInvalid, "it has a field that only the server may set")
	}
	if (e.Build != nil) != (e.Kind == schema.EventBuild) || (e.Test != nil) != (e.Kind == schema.EventTest) {
		return e, schema.Errorf(schema.CodeInvalid, "its fields are not those of its kind")
	}
	if e.Kind == schema.EventLine {
		e.Text = output(e.Text, maxLine)
	} else {
		e.Text = text(e.Text, maxLine)
	}
	if e.Build != nil {
		return e, cleanBuild(e.Build)
	}
	if e.Test != nil {
		return e, cleanTest(e.Test)
	}
	return e, nil
}
