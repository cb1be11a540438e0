package classroom_test

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

// imageHost has one image.
type imageHost struct{ removed []string }

func (h *imageHost) ListImages(context.Context) ([]schema.AutograderImage, error) {
	return []schema.AutograderImage{{ID: "3f9a"}}, nil
}

func (h *imageHost) RemoveImage(_ context.Context, id string) (string, error) {
	if id != "3f" {
		return "", schema.Errorf(schema.CodeNotFound, "no image")
	}
	h.removed = append(h.removed, id)
	return "3f9a", nil
}

// TestImages checks who may list and remove images, and that a removal is recorded.
func TestImages(t *testing.T) {
	t.Parallel()
	b := newBundle(t)
	host := &imageHost{}
	room := classroom.New(classroom.Options{Store: b.store, Images: host})
	admin := schema.Actor{User: schema.User{ID: 1, Login: "root", Admin: true}}
	person := schema.Actor{User: schema.User{ID: 2, Login: "ida"}}
	if _, err := room.Images.List(t.Context(), person); schema.CodeOf(err) != schema.CodeForbidden {
		t.Errorf("listed by anybody: %v", err)
	}
	if _, err := room.Images.Remove(t.Context(), person, "3f"); schema.CodeOf(err) != schema.CodeForbidden || len(host.removed) > 0 {
		t.Errorf("removed by anybody: %v", err)
	}
	if images, err := room.Images.List(t.Context(), admin); err != nil || len(images) != 1 {
		t.Errorf("%v: %v", images, err)
	}
	if _, err := room.Images.Remove(t.Context(), admin, "none"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("%v", err)
	}
	if removed, err := room.Images.Remove(t.Context(), admin, "3f"); err != nil || removed != "3f9a" {
		t.Errorf("%q: %v", removed, err)
	}
	entries, err := b.store.AuditLog(t.Context(), schema.AuditQuery{Action: "image", Limit: 9})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range entries {
		got = append(got, e.Action+" "+e.Subject)
	}
	if diff := cmp.Diff([]string{"image.remove 3f9a"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, err := classroom.New(classroom.Options{Store: b.store}).Images.Remove(t.Context(), admin, "3f"); schema.CodeOf(err) != schema.CodeNotFound {
		t.Errorf("without a host: %v", err)
	}
}
