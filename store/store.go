package store

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Options configure a Store.
type Options struct {
	// Clock returns the current time for methods without a time parameter; nil means time.Now.
	Clock func() time.Time
	// Readers is the number of connections that read at once; 0 means 4.
	Readers int
	// BusyTimeout is how long a write waits for another process that locks the database; 0
	// means 5 s.
	BusyTimeout time.Duration
	// ReceiptKey signs the receipts of pushes; nil: receipts are not signed.
	ReceiptKey ed25519.PrivateKey
	// Logger logs long work of Open, and damaged rows; nil means that nothing is logged.
	Logger *slog.Logger
}

// Store holds the durable state in one database. It embeds all families of tables, so that
// one value implements interfaces that span several families. Its methods are safe for
// concurrent use.
type Store struct {
	*database
	*grading

	*AccountTables
	*CourseTables
	*RosterTables
	*SubmissionTables
	*GradeTables
	*RegradeTables
	*QueueTables
	*OutboxTables
	*GitHubTables
	*NoticeTables
	*OperationTables
}

// AccountTables holds accounts, keys, codes, sign-in links, sessions and API tokens.
type AccountTables struct{ *database }

// CourseTables holds courses, their course.yaml, assignments, versions of tests and publications.
type CourseTables struct{ *grading }

// RosterTables holds enrolments, sections and teams.
type RosterTables struct{ *grading }

// SubmissionTables holds repositories, intents, submissions, tries, receipts and comments.
type SubmissionTables struct {
	*grading
	signer signer
}

// GradeTables holds grades and the adjustments, marks, extensions, outages and late days that
// they depend on.
type GradeTables struct{ *grading }

// RegradeTables holds sets of regraded submissions.
type RegradeTables struct{ *grading }

// QueueTables holds jobs with their events and results, and runners.
type QueueTables struct{ *grading }

// OutboxTables holds undelivered and given-up messages to other systems.
type OutboxTables struct{ *database }

// GitHubTables holds linked accounts, received deliveries and submitted commits of GitHub.
type GitHubTables struct{ *database }

// NoticeTables holds notice destinations and their topics.
type NoticeTables struct{ *database }

// OperationTables implements the methods for operators: audit log, downtimes, measurements, troubles, health and
// copies of the database.
type OperationTables struct{ *database }

// Open opens the database at path, creates it with mode 0600 if it does not exist, and migrates
// it. CodeRefused: it was written by a newer grader.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	d, err := openDatabase(ctx, path, o)
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	g := &grading{database: d}
	if err := g.updateMissingGrades(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), d.Close())
	}
	if err := g.fillOutcomes(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("open store: %w", err), d.Close())
	}
	return &Store{
		database: d, grading: g,
		AccountTables: &AccountTables{d}, CourseTables: &CourseTables{g}, RosterTables: &RosterTables{g},
		SubmissionTables: &SubmissionTables{g, newSigner(o.ReceiptKey)}, GradeTables: &GradeTables{g},
		RegradeTables: &RegradeTables{g}, QueueTables: &QueueTables{g}, OutboxTables: &OutboxTables{d}, GitHubTables: &GitHubTables{d}, NoticeTables: &NoticeTables{d}, OperationTables: &OperationTables{d},
	}, nil
}
