package notify

import (
	"context"
	"encoding/json"

	"github.com/grader/grader/outbox"
	"github.com/grader/grader/schema"
)

// Composer composes the message of a notice. classroom.Notices implements it. If there is nothing
// to send any more, Message returns the reason for the log as dropped.
type Composer interface {
	Message(ctx context.Context, is schema.Notice) (m schema.NoticeMessage, dropped string, err error)
}

// messageOf composes the message of an outbox entry. *outbox.Dropped: there is nothing to send any
// more.
func messageOf(ctx context.Context, c Composer, e schema.OutboxEntry) (schema.NoticeMessage, error) {
	var is schema.Notice
	if err := json.Unmarshal(e.Body, &is); err != nil {
		return schema.NoticeMessage{}, schema.Wrapf(schema.CodeInvalid, err, "the entry cannot be read: %s", err)
	}
	m, dropped, err := c.Message(ctx, is)
	if err == nil && dropped != "" {
		err = &outbox.Dropped{Reason: dropped}
	}
	return m, err
}
