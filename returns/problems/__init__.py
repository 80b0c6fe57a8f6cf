"""What is wrong with what came back, and with what is to be written off?"""
