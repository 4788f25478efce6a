def handler(ctx, input):
    return {"greeting": f"Hello, {input['who']}!"}
