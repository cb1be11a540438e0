print(-17)
