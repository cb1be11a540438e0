package notify

import (
	"context"
	"encoding/json"

	"github.com/grader/grader/schema"
)

// Composer composes the message of a notice. classroom.Notices implements it. Message returns false
// if there is nothing left to say.
type Composer interface {
	Message(ctx context.Context, is schema.Notice) (schema.NoticeMessage, bool, error)
}

// messageOf composes the message of an outbox entry.
func messageOf(ctx context.Context, c Composer, e schema.OutboxEntry) (schema.NoticeMessage, bool, error) {
	var is schema.Notice
	if err := json.Unmarshal(e.Body, &is); err != nil {
		return schema.NoticeMessage{}, false, schema.Wrapf(schema.CodeInvalid, err, "the entry cannot be read: %s", err)
	}
	return c.Message(ctx, is)
}
