package api

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
)

// answer is the answer to a request, as it is stored.
type answer struct {
	Status int         `json:"status"`
	Header http.Header `json:"header"`
	Body   []byte      `json:"body"`
}

func (a answer) write(w http.ResponseWriter) {
	for name, values := range a.Header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.Status)
	_, _ = w.Write(a.Body) // the client may have disconnected
}

// recorder is a response writer that keeps the answer in memory.
type recorder struct {
	client http.ResponseWriter
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder(client http.ResponseWriter) *recorder {
	return &recorder{client: client, header: make(http.Header), status: http.StatusOK}
}

// Header implements http.ResponseWriter.
func (r *recorder) Header() http.Header { return r.header }

// WriteHeader implements http.ResponseWriter.
func (r *recorder) WriteHeader(status int) { r.status = status }

// Write implements http.ResponseWriter.
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

// Unwrap returns the client's writer, whose deadlines http.ResponseController sets.
func (r *recorder) Unwrap() http.ResponseWriter { return r.client }

func (r *recorder) answer() answer { return answer{r.status, r.header, r.body.Bytes()} }

// seal encrypts a stored answer with the Idempotency-Key, because an answer can contain secrets,
// such as one-time codes. The store holds only the id.
type seal struct {
	id     [sha256.Size]byte // hash of the key that the store finds the request by
	secret [sha256.Size]byte // AES-256 key
}

func newSeal(user int64, key string) seal {
	derive := func(use string) [sha256.Size]byte {
		return sha256.Sum256(fmt.Appendf(nil, "grader API %s\n%d\n%s", use, user, key))
	}
	return seal{derive("request"), derive("answer")}
}

func (s seal) cipher() (cipher.AEAD, error) {
	block, err := aes.NewCipher(s.secret[:])
	if err != nil {
		return nil, err
	}
	return cipher.NewGCMWithRandomNonce(block)
}

// close encrypts an answer.
func (s seal) close(a answer) ([]byte, error) {
	text, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	aead, err := s.cipher()
	if err != nil {
		return nil, err
	}
	return aead.Seal(nil, nil, text, s.id[:]), nil
}

// open decrypts an answer.
func (s seal) open(sealed []byte) (a answer, err error) {
	aead, err := s.cipher()
	if err != nil {
		return a, err
	}
	text, err := aead.Open(nil, nil, sealed, s.id[:])
	if err != nil {
		return a, fmt.Errorf("open the stored answer: %w", err)
	}
	return a, json.Unmarshal(text, &a)
}
