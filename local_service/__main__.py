from local_service.commands import CLI

if __name__ == "__main__":
    CLI()
