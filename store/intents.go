package store

import (
	"cmp"
	"context"

	"github.com/grader/grader/schema"
)

func scanIntent(r row) (in schema.Intent, err error) {
	err = r.Scan(&in.ID, &in.RepositoryID, &in.PusherID, &in.Ref, &in.Old, &in.New, instant{&in.ReceivedAt},
		decoded{&in.Options}, &in.ProcessGroup, &in.Channel, &in.State)
	return in, err
}

// OpenIntent records that a push's commands are about to be forwarded to git. CodeConflict: the
// repository has an open intent.
func (s *SubmissionTables) OpenIntent(ctx context.Context, in schema.Intent) error {
	options, err := encode(in.Options)
	if err != nil {
		return err
	}
	return s.write(ctx, "open intent", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO intents (id, repository_id, pusher_id, ref, old_hash, new_hash, received_at, options, process_group, channel, state)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open')`,
			in.ID, in.RepositoryID, in.PusherID, in.Ref, in.Old, in.New, micros(in.ReceivedAt), options, in.ProcessGroup, cmp.Or(in.Channel, schema.ChannelSSH))
		return conflict(err, "another push to this repository is not recorded yet")
	})
}

// VoidIntent closes an intent if its ref did not move. A second call is not an error.
// CodeStale: the push is recorded.
func (s *SubmissionTables) VoidIntent(ctx context.Context, intent string) error {
	return s.write(ctx, "void intent", func(t *tx) error {
		n, err := t.exec(ctx, `UPDATE intents SET state = 'void' WHERE id = ? AND state <> 'recorded'`, intent)
		return changed(n, err, "the push is recorded already")
	})
}

// OpenIntents returns the open intents of a repository, oldest first; repository 0 means all.
func (s *SubmissionTables) OpenIntents(ctx context.Context, repository int64) ([]schema.Intent, error) {
	return list(ctx, s.reader, scanIntent, `SELECT id, repository_id, pusher_id, ref, old_hash, new_hash, received_at, options, process_group, channel, state
		FROM intents WHERE state = 'open' AND (?1 = 0 OR repository_id = ?1) ORDER BY received_at, id`, repository)
}

// findIntent returns an intent that may become a submission or a version. settled reports
// whether it already is one. CodeStale: the intent is void.
func (t *tx) findIntent(ctx context.Context, id string) (in schema.Intent, settled bool, err error) {
	in, err = one(ctx, t, scanIntent, `SELECT id, repository_id, pusher_id, ref, old_hash, new_hash, received_at, options, process_group, channel, state
		FROM intents WHERE id = ?`, id)
	if err != nil {
		return in, false, missing(err, "there is no push %s", id)
	}
	if in.State == schema.IntentVoid {
		return in, false, schema.Errorf(schema.CodeStale, "the push %s never happened: its ref did not move", id)
	}
	return in, in.State == schema.IntentRecorded, nil
}

// closeIntent closes an intent whose push is recorded.
func (t *tx) closeIntent(ctx context.Context, id string) error {
	_, err := t.exec(ctx, `UPDATE intents SET state = 'recorded' WHERE id = ?`, id)
	return err
}

// changed turns "no row changed" into a CodeStale error.
func changed(n int64, err error, words string) error {
	if err == nil && n == 0 {
		return schema.Errorf(schema.CodeStale, "%s", words)
	}
	return err
}
