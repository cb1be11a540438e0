package store

import "context"

// requests deletes the stored requests of the person. It deletes the stored answers to everybody,
// because they are sealed and may name the person. It deletes requests that were refused, so that
// they are not taken for carried out.
func (e *erasure) requests(ctx context.Context) error {
	if _, err := e.exec(ctx, `DELETE FROM api_requests WHERE user_id = ?`, e.user.ID); err != nil {
		return err
	}
	if _, err := e.exec(ctx, `DELETE FROM api_requests WHERE state = 'answered' AND refused`); err != nil {
		return err
	}
	_, err := e.exec(ctx, `UPDATE api_requests SET state = 'done', answer = NULL WHERE state = 'answered'`)
	return err
}
