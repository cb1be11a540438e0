package store

import "context"

// requests deletes the stored requests of the person. It deletes the stored answers to everybody,
// because they are sealed and may name the person.
func (e *erasure) requests(ctx context.Context) error {
	if _, err := e.exec(ctx, `DELETE FROM api_requests WHERE user_id = ?`, e.user.ID); err != nil {
		return err
	}
	_, err := e.exec(ctx, `UPDATE api_requests SET state = 'done', answer = NULL WHERE state = 'answered'`)
	return err
}
