package store

import (
	"context"
	"database/sql"
	"errors"

	"github.com/grader/grader/schema"
)

// Bounds of the requests that are kept for one person.
const (
	maxAPIRequests = 10_000
	maxAPIAnswers  = 16 << 20 // bytes of all answers
)

func scanAPIRequest(r row) (q schema.APIRequest, err error) {
	err = r.Scan(&q.ID, &q.User, &q.Key, &q.Content, &q.Scope, &q.State, &q.Answer, instant{&q.MadeAt})
	return q, err
}

// BeginAPIRequest stores a request in the state running and returns it with its id. If the person
// sent a request with that key within schema.KeepAPIRequests, it returns that one instead, and begun
// is false. If too many requests of the person are kept, it removes the oldest one that has ended.
// CodeLimit: none has ended.
func (s *AccountTables) BeginAPIRequest(ctx context.Context, q schema.APIRequest) (kept schema.APIRequest, begun bool, err error) {
	err = s.write(ctx, "begin API request", func(t *tx) error {
		now := s.clock()
		if _, err := t.exec(ctx, `DELETE FROM api_requests WHERE made_at <= ?`, micros(now.Add(-schema.KeepAPIRequests))); err != nil {
			return err
		}
		kept, err = one(ctx, t, scanAPIRequest, `SELECT id, user_id, key_hash, content_hash, scope, state, answer, made_at
			FROM api_requests WHERE user_id = ? AND key_hash = ?`, q.User, q.Key)
		if !errors.Is(err, sql.ErrNoRows) {
			begun = false
			return err
		}
		n, err := one(ctx, t, value[int], `SELECT count(*) FROM api_requests WHERE user_id = ?`, q.User)
		if err != nil {
			return err
		}
		if n >= maxAPIRequests {
			if err := t.evictAPIRequest(ctx, q.User); err != nil {
				return err
			}
		}
		kept, err = one(ctx, t, scanAPIRequest, `INSERT INTO api_requests (user_id, key_hash, content_hash, scope, state, made_at) VALUES (?, ?, ?, ?, 'running', ?)
			RETURNING id, user_id, key_hash, content_hash, scope, state, answer, made_at`, q.User, q.Key, q.Content, q.Scope, micros(now))
		begun = err == nil
		return err
	})
	return kept, begun, err
}

// evictAPIRequest removes the person's oldest request that has ended.
func (t *tx) evictAPIRequest(ctx context.Context, user int64) error {
	n, err := t.exec(ctx, `DELETE FROM api_requests WHERE id = (SELECT min(id) FROM api_requests WHERE user_id = ? AND state IN ('done', 'answered'))`, user)
	if err == nil && n == 0 {
		return schema.Errorf(schema.CodeLimit, "%d of your requests have not ended; send this one later", maxAPIRequests)
	}
	return err
}

// DoubtAPIRequest records that a running request begins work that is not part of a transaction of
// this store.
func (s *AccountTables) DoubtAPIRequest(ctx context.Context, id int64) error {
	return s.write(ctx, "doubt API request", func(t *tx) error {
		_, err := t.exec(ctx, `UPDATE api_requests SET state = 'unknown' WHERE id = ? AND state = 'running'`, id)
		return err
	})
}

// didAPIRequest records that the transaction contains the work of a request. A request in the state
// unknown stays so, because it does more than this transaction.
func (t *tx) didAPIRequest(ctx context.Context, id int64) error {
	if id == 0 {
		return nil
	}
	_, err := t.exec(ctx, `UPDATE api_requests SET state = 'done' WHERE id = ? AND state = 'running'`, id)
	return err
}

// AnswerAPIRequest stores the answer to a request. refused means that the answer refuses it. If the
// answer is nil or the person's answers are too large together, it stores instead that the request
// was carried out; a request that was refused and changed nothing is removed.
func (s *AccountTables) AnswerAPIRequest(ctx context.Context, id int64, refused bool, answer []byte) error {
	return s.write(ctx, "answer API request", func(t *tx) error {
		size, err := one(ctx, t, value[int], `SELECT coalesce(sum(length(answer)), 0) FROM api_requests WHERE user_id = (SELECT user_id FROM api_requests WHERE id = ?)`, id)
		if err != nil {
			return err
		}
		switch {
		case answer != nil && size+len(answer) <= maxAPIAnswers:
			_, err = t.exec(ctx, `UPDATE api_requests SET state = 'answered', answer = ?, refused = ? AND state <> 'done' WHERE id = ?`, answer, refused, id)
		case refused:
			_, err = t.exec(ctx, `DELETE FROM api_requests WHERE id = ? AND state IN ('running', 'unknown')`, id)
		default:
			_, err = t.exec(ctx, `UPDATE api_requests SET state = 'done' WHERE id = ? AND state IN ('running', 'unknown')`, id)
		}
		return err
	})
}

// RemoveOldAPIRequests removes the requests that are older than schema.KeepAPIRequests.
func (s *AccountTables) RemoveOldAPIRequests(ctx context.Context) error {
	return s.write(ctx, "remove old API requests", func(t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM api_requests WHERE made_at <= ?`, micros(s.clock().Add(-schema.KeepAPIRequests)))
		return err
	})
}

// DropAPIRequest removes a request that changed nothing, so that it can be sent again. A request in
// the state done stays, and one in the state unknown unless the caller is sure.
func (s *AccountTables) DropAPIRequest(ctx context.Context, id int64, sure bool) error {
	return s.write(ctx, "drop API request", func(t *tx) error {
		_, err := t.exec(ctx, `DELETE FROM api_requests WHERE id = ? AND (state = 'running' OR ? AND state = 'unknown')`, id, sure)
		return err
	})
}
