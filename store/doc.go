// Package store keeps everything that must survive a crash in one SQLite database: accounts,
// courses, pushes, submissions, the queue, events, results, sessions and the audit log.
//
// Each family of tables has a type with its reads and writes; Store embeds them all. The
// families share database (connections and transactions) and grading (grades recomputed in
// the transaction of a change).
//
// A store has one writer connection and a pool of readers. Write transactions are immediate and
// synced before they return. Every exported method is one transaction or one read. Errors are
// schema.Error: CodeNotFound if nothing matches, CodeConflict if something exists already,
// CodeStale for a fenced write that came too late, CodeUnavailable if the disk is full,
// read-only or busy.
package store
