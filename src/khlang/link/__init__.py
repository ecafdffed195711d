"""Link: curated tables joined on ``pid`` into marts, one mart a question, and the tables that tell how well it went."""
