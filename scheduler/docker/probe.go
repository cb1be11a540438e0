package docker

import (
	"context"
	"fmt"
	"time"

	"github.com/containerd/errdefs"
	"github.com/docker/docker/client"
)

// Answer is what a daemon says of itself and of the images that are asked for.
type Answer struct {
	Version string
	Images  map[string]string // content ids, "" for an image that is not there
}

// probePatience bounds a daemon's answer.
const probePatience = 10 * time.Second

// Probe asks the daemon whether it works and which of the images it has. Its error is
// in words for staff.
func Probe(ctx context.Context, host string, images []string) (Answer, error) {
	ctx, cancel := context.WithTimeout(ctx, probePatience)
	defer cancel()
	d, err := open(host)
	if err != nil {
		return Answer{}, err
	}
	defer func() { _ = d.api.Close() }()
	is, err := d.api.ServerVersion(ctx)
	if err != nil {
		return Answer{}, d.words(err, "")
	}
	answer := Answer{Version: fmt.Sprintf("Docker %s", is.Version), Images: make(map[string]string, len(images))}
	for _, name := range images {
		found, err := d.api.ImageInspect(ctx, reference(name))
		if err != nil && !errdefs.IsNotFound(err) {
			return answer, d.words(err, name)
		}
		answer.Images[name] = found.ID
	}
	return answer, nil
}

// open makes the client of a daemon.
func open(host string) (*daemon, error) {
	options := []client.Opt{client.FromEnv, client.WithAPIVersionNegotiation()}
	if host != "" {
		options = append(options, client.WithHost(host))
	}
	api, err := client.NewClientWithOpts(options...)
	if err != nil {
		return nil, badAddress(err)
	}
	return &daemon{api: api}, nil
}
