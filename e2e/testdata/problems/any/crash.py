print({}["no idea"])
