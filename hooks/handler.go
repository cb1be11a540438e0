package hooks

import "context"

// Handler decides about one push. Each method is called at most once. PostReceive is called only
// after PreReceive accepted, with the same updates.
type Handler interface {
	// PreReceive judges the pushed objects. quarantine is the base name of the directory below
	// objects/ that holds them, "" if git made none. The lines are shown to the pusher. ctx ends
	// when the hook ends or the server stops.
	PreReceive(ctx context.Context, quarantine string, updates []Update) (lines []string, ok bool)
	// PostReceive records the push that git has stored. ctx does not end with the hook. An error
	// goes to the log, and the pusher reads only the lines.
	PostReceive(ctx context.Context, updates []Update) (lines []string, err error)
}
