package web

import (
	"context"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/grader/grader/schema"
)

// touchInterval is the precision of the time at which a session was last used.
const touchInterval = 5 * time.Minute

// sessionStore stores the session manager's sessions, each with its user and the key that created
// it. A session ends with its user or its key.
type sessionStore struct {
	Sessions
	clock func() time.Time
}

// FindCtx implements scs.CtxStore. It also records that the session was used.
func (s sessionStore) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, ok, err := s.FindSession(ctx, token)
	if err == nil && ok && s.clock().Sub(found.UsedAt) >= touchInterval {
		err = s.TouchSession(ctx, token)
	}
	return found.Data, ok, err
}

// CommitCtx implements scs.CtxStore.
func (s sessionStore) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, values, err := scs.GobCodec{}.Decode(data)
	if err != nil {
		return fmt.Errorf("decode session: %w", err)
	}
	b := schema.Session{Token: token, Data: data, Expires: expiry}
	b.User, _ = values[sessionUser].(int64)
	for into, name := range map[*string]string{&b.Key: sessionKey, &b.ID: sessionID, &b.Way: sessionWay, &b.Browser: sessionBrowser} {
		*into, _ = values[name].(string)
	}
	return s.SaveSession(ctx, b)
}

// DeleteCtx implements scs.CtxStore.
func (s sessionStore) DeleteCtx(ctx context.Context, token string) error {
	return s.DeleteSession(ctx, token)
}

// Find implements scs.Store.
func (s sessionStore) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements scs.Store.
func (s sessionStore) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete implements scs.Store.
func (s sessionStore) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
