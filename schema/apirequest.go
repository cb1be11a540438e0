package schema

import "time"

// APIRequestState says how far a request of the API with an Idempotency-Key has come.
//
//	running ──▶ done ──▶ answered
//	   │          ▲         ▲
//	   ╰──▶ unknown ────────╯
type APIRequestState string

// The states of an APIRequest.
const (
	APIRequestRunning  APIRequestState = "running"  // not complete; only applying or undoing a regrade set may have changed something
	APIRequestUnknown  APIRequestState = "unknown"  // it changes something outside the store, and may have done so
	APIRequestDone     APIRequestState = "done"     // it was carried out; its answer is not stored
	APIRequestAnswered APIRequestState = "answered" // its answer is stored
)

// KeepAPIRequests is how long a request and its answer are kept.
const KeepAPIRequests = 24 * time.Hour

// APIRequest is a request of the API whose sender named it with an Idempotency-Key, so that the
// server can recognise it when it is sent again.
type APIRequest struct {
	ID      int64
	User    int64
	Key     []byte // hash of the key; one person uses a key once
	Content []byte // hash of the route and the body
	Scope   Scope  // of the token that sent it
	State   APIRequestState
	Answer  []byte // in state answered: sealed with the key
	MadeAt  time.Time
}
