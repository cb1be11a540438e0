package service

import (
	"context"

	"github.com/grader/grader/classroom"
	"github.com/grader/grader/schema"
)

func (o *Operator) createTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Create(ctx, o.by, a)
}

func (o *Operator) addToTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Add(ctx, o.by, a)
}

func (o *Operator) removeFromTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Remove(ctx, o.by, a)
}

func (o *Operator) deleteTeam(ctx context.Context, a classroom.TeamArgs) (classroom.TeamReply, error) {
	return o.Teams.Delete(ctx, o.by, a)
}

func (o *Operator) teams(ctx context.Context, a classroom.TeamArgs) ([]schema.Team, error) {
	return o.Teams.List(ctx, o.by, a)
}

func (o *Operator) importTeams(ctx context.Context, i classroom.ImportTeams) (classroom.TeamReply, error) {
	return o.Teams.Import(ctx, o.by, i)
}
