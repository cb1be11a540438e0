package service

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/gitd/repo"
	"github.com/grader/grader/schema"
	"github.com/grader/grader/store"
)

// Offline runs one operation on the store of a data directory without a running server. logger
// logs long work on the store, and damaged rows. CodeConflict: another process has locked it.
func Offline(ctx context.Context, root, name string, body []byte, logger *slog.Logger) (answer []byte, err error) {
	data, err := OpenData(root)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, data.Close()) }()
	st, err := store.Open(ctx, data.Path(Database), store.Options{Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("open store: %w", err)
	}
	defer func() { err = errors.Join(err, st.Close()) }()
	return newOperator(root, st, classroom.New(classroom.Options{Store: st, Trees: repo.Archive{Dir: data.Path(Repositories)}}), time.Now, nil).run(ctx, name, body)
}

// maxArguments is the maximum size of an operation's arguments in bytes. Arguments may contain a
// roster or a gradebook in JSON.
const maxArguments = 64 << 20

// adminHandler serves the operations on the server's unix socket.
func adminHandler(o *Operator) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxArguments))
		var answer []byte
		if err == nil {
			answer, err = o.run(r.Context(), r.URL.Path[1:], body)
		}
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			w.WriteHeader(schema.HTTPStatus(err))
			answer, _ = json.Marshal(schema.ErrorReply{Code: schema.CodeOf(err), Message: err.Error()})
		}
		_, _ = w.Write(answer)
	})
}
