package service

import (
	"context"
	"errors"
	"net"
	"net/http"
)

// serve serves requests in the background until the service stops. what names the server in the log.
func (s *Service) serve(what string, server *http.Server, listener net.Listener) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.Logger.Error("server failed", "server", what, "error", err)
		}
	}()
	s.onStop(func(context.Context) error {
		err := server.Close()
		<-done
		return err
	})
}
