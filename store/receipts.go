package store

import (
	"context"
	"crypto/ed25519"
	"database/sql"
	"errors"

	"github.com/grader/grader/schema"
	"github.com/grader/grader/schema/receipt"
)

// signer signs the receipts of pushes.
type signer struct {
	key         ed25519.PrivateKey // nil: pushes get no signed receipt
	fingerprint string
}

func newSigner(key ed25519.PrivateKey) signer {
	if key == nil {
		return signer{}
	}
	return signer{key, receipt.Fingerprint(key.Public().(ed25519.PublicKey))}
}

// link is the newest receipt of a course.
type link struct {
	hash   receipt.Hash
	key    string
	broken bool // the next receipt begins a new chain
}

func scanLink(r row) (l link, err error) {
	err = r.Scan(&l.hash, &l.key, &l.broken)
	return l, err
}

// addReceipt signs a submission's receipt and links it to the course's newest one.
func (s *SubmissionTables) addReceipt(ctx context.Context, t *tx, course int64, sub schema.Submission, state schema.Timeliness) error {
	if s.signer.key == nil {
		return nil
	}
	last, err := one(ctx, t, scanLink, `SELECT hash, key, EXISTS (SELECT 1 FROM receipt_breaks b WHERE b.course_id = ?1)
		FROM receipts WHERE course_id = ?1 ORDER BY submission_id DESC LIMIT 1`, course)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if last.broken {
		if _, err := t.exec(ctx, `DELETE FROM receipt_breaks WHERE course_id = ?`, course); err != nil {
			return err
		}
	}
	signed := receipt.Sign(receipt.Receipt{
		Code: sub.Receipt, Submission: sub.Name, Pusher: sub.Login, Commit: sub.Commit, Tree: sub.Tree, Received: sub.ReceivedAt, State: state,
		Previous: last.hash, Lost: last.hash != "" && (last.broken || last.key != s.signer.fingerprint),
	}, s.signer.key)
	_, err = t.exec(ctx, `INSERT INTO receipts (submission_id, course_id, hash, key, body) VALUES (?, ?, ?, ?, ?)`,
		sub.ID, course, signed.Hash(), signed.Key, signed.Text())
	return err
}

// Receipt returns the text of a submission's signed receipt. CodeNotFound: it has none.
func (s *SubmissionTables) Receipt(ctx context.Context, submission int64) (string, error) {
	text, err := one(ctx, s.reader, value[string], `SELECT body FROM receipts WHERE submission_id = ? AND body <> ''`, submission)
	return text, missing(err, "the submission has no signed receipt")
}

func scanReceipt(r row) (n schema.StoredReceipt, err error) {
	err = r.Scan(&n.Submission, &n.Text)
	return n, err
}

// Receipts returns at most limit receipts of a course in the order of their chain, starting
// after the receipt of a submission (0: from the first).
func (s *SubmissionTables) Receipts(ctx context.Context, course, after int64, limit int) ([]schema.StoredReceipt, error) {
	return list(ctx, s.reader, scanReceipt, `SELECT submission_id, body FROM receipts
		WHERE course_id = ? AND submission_id > ? AND body <> '' ORDER BY submission_id LIMIT ?`, course, after, limit)
}

// BreakChains makes the next receipt of every course begin a new chain. It is called when
// there may be receipts that are not in this database.
func (s *SubmissionTables) BreakChains(ctx context.Context) error {
	return s.write(ctx, "break receipt chains", func(t *tx) error {
		_, err := t.exec(ctx, `INSERT INTO receipt_breaks (course_id) SELECT DISTINCT course_id FROM receipts WHERE true ON CONFLICT DO NOTHING`)
		return err
	})
}
