import os


def main(args):
    print("greeting", args.get("name"))
    if args.get("name") == "nobody":
        return {"error": "nobody to greet"}
    if args.get("name") == "trouble":
        raise ValueError("no greeting for trouble")
    return {"greeting": "Hello, %s!" % args["name"], "activation": os.environ["__OW_ACTIVATION_ID"]}
